import { testModel } from "./chat.ts";

/** Each kind of request that goes through the queue: its path and the least that its body must have. */
export const dialectBodies = {
  "/chat/completions": { messages: [{ role: "user", content: "Hello" }] },
  "/completions": { prompt: "Hello" },
  "/embeddings": { input: "Hello" },
  "/responses": { input: "Hello" },
  "/messages": {
    max_tokens: 100,
    messages: [{ role: "user", content: "Hello" }],
  },
} as const satisfies Record<string, object>;

export type DialectPath = keyof typeof dialectBodies;

export const dialectPaths = Object.keys(dialectBodies) as DialectPath[];

/** Sends a small request of a dialect. */
export function postDialect(
  url: string,
  path: DialectPath,
  options: {
    model?: string;
    headers?: Record<string, string>;
    extra?: Record<string, unknown>;
    signal?: AbortSignal;
  } = {},
): Promise<Response> {
  return fetch(`${url}/v1${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...options.headers },
    body: JSON.stringify({
      model: options.model ?? testModel,
      ...dialectBodies[path],
      ...options.extra,
    }),
    signal: options.signal ?? null,
  });
}
