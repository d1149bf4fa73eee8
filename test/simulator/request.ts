import { isRecord } from "./json.ts";
import { type RequestNeeds, readNeeds } from "./models/request-needs.ts";

/** What the simulator reads of a completion's body. */
export type CompletionRequest = {
  /** The model, then those of `models`, then those of `fallbacks`; empty when none is given. */
  models: string[];
  stream: boolean;
  hasInput: boolean;
  /** Text of the last user message (or prompt, or input). */
  prompt: string;
  /** What embeddings are wanted of, one each. */
  inputs: string[];
  /** Whether embeddings are wanted as Base64 of 32-bit floats. */
  wantsBase64: boolean;
  marker: string | null;
  /** The tool to call, when tools are given and the prompt says `use tool`. */
  tool: string | null;
  needs: RequestNeeds;
};

function readText(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map(readPart).join("");
}

function readPart(part: unknown): string {
  if (typeof part === "string") return part;
  return isRecord(part) && typeof part.text === "string" ? part.text : "";
}

function readLastUserMessage(messages: unknown[]): string {
  const last = messages.findLast((m) => isRecord(m) && m.role === "user");
  return isRecord(last) ? readText(last.content) : "";
}

function readPrompt(body: Record<string, unknown>): string {
  if (Array.isArray(body.messages)) return readLastUserMessage(body.messages);
  const { prompt, input } = body;
  if (prompt !== undefined) return readText(prompt);
  if (Array.isArray(input) && input.some(isRecord)) {
    return readLastUserMessage(input);
  }
  return readText(input);
}

function readInputs(input: unknown, prompt: string): string[] {
  const isList =
    Array.isArray(input) && input.every((text) => typeof text === "string");
  return isList ? input : [prompt];
}

function readMarker(body: Record<string, unknown>): string | null {
  if (typeof body.user === "string") return body.user;
  const { metadata } = body;
  const marker = isRecord(metadata) ? metadata.marker : undefined;
  return typeof marker === "string" ? marker : null;
}

function readTool(
  body: Record<string, unknown>,
  prompt: string,
): string | null {
  const { tools, tool_choice: choice } = body;
  if (!Array.isArray(tools) || choice === "none") return null;
  const [tool]: unknown[] = tools;
  if (!isRecord(tool) || !prompt.includes("use tool")) return null;
  // Chat nests the name in `function`; the Responses and Messages forms do not.
  const owner = isRecord(tool.function) ? tool.function : tool;
  return typeof owner.name === "string" ? owner.name : null;
}

function readModels(body: Record<string, unknown>): string[] {
  const { model, models, fallbacks } = body;
  const others: unknown[] = Array.isArray(models) ? models : [];
  const more: unknown[] = Array.isArray(fallbacks) ? fallbacks : [];
  const last = more.filter(isRecord).map((fallback) => fallback.model);
  const ids = [model, ...others, ...last];
  // Clients name the model once more among its fallbacks.
  return Array.from(new Set(ids.filter((id) => typeof id === "string")));
}

/** Reads a parsed body of any of the completion endpoints. */
export function readRequest(body: Record<string, unknown>): CompletionRequest {
  const prompt = readPrompt(body);
  return {
    models: readModels(body),
    stream: body.stream === true,
    hasInput:
      body.messages !== undefined ||
      body.prompt !== undefined ||
      body.input !== undefined,
    prompt,
    inputs: readInputs(body.input, prompt),
    wantsBase64: body.encoding_format === "base64",
    marker: readMarker(body),
    tool: readTool(body, prompt),
    needs: readNeeds(body),
  };
}
