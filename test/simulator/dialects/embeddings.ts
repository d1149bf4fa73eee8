import { chat } from "./chat.ts";
import type { Dialect, ModelAnswer } from "./dialect.ts";

const DIMENSIONS = 8;

function buildVector(content: string): number[] {
  return Array.from(
    { length: DIMENSIONS },
    (_, index) => (content.charCodeAt(index % content.length) % 100) / 100,
  );
}

function buildBody(answer: ModelAnswer): Record<string, unknown> {
  const embedding = buildVector(answer.content);
  const tokens = answer.promptTokens;
  return {
    id: answer.id,
    object: "list",
    data: [{ object: "embedding", embedding, index: 0 }],
    model: answer.model,
    provider: answer.provider,
    usage: { prompt_tokens: tokens, total_tokens: tokens, cost: 0 },
  };
}

/** `POST /embeddings`: one vector of 8 numbers that depends on the input; it has no stream of its own. */
export const embeddings: Dialect = { ...chat, buildBody };
