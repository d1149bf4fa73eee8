import { chat } from "./chat.ts";
import type { Dialect, ModelAnswer } from "./dialect.ts";

const DIMENSIONS = 8;

function buildVector(text: string): number[] {
  const content = `echo: ${text}`;
  return Array.from(
    { length: DIMENSIONS },
    (_, index) => (content.charCodeAt(index % content.length) % 100) / 100,
  );
}

function encode(vector: number[], wantsBase64: boolean): number[] | string {
  if (!wantsBase64) return vector;
  return Buffer.from(Float32Array.from(vector).buffer).toString("base64");
}

function buildBody(answer: ModelAnswer): Record<string, unknown> {
  const { inputs, wantsBase64 } = answer;
  const tokens = answer.promptTokens;
  return {
    id: answer.id,
    object: "list",
    data: inputs.map((text, index) => ({
      object: "embedding",
      embedding: encode(buildVector(text), wantsBase64),
      index,
    })),
    model: answer.model,
    provider: answer.provider,
    usage: { prompt_tokens: tokens, total_tokens: tokens, cost: answer.cost },
  };
}

/** `POST /embeddings`: a vector of 8 numbers for each input, which depends on it alone; it has no stream of its own. */
export const embeddings: Dialect = { ...chat, buildBody };
