import { testModel } from "./chat.ts";

/** Each kind of request that goes through the queue: its path and the least that its body must have. */
export const familyBodies = {
  "/chat/completions": { messages: [{ role: "user", content: "Hello" }] },
  "/completions": { prompt: "Hello" },
  "/embeddings": { input: "Hello" },
  "/responses": { input: "Hello" },
  "/messages": {
    max_tokens: 100,
    messages: [{ role: "user", content: "Hello" }],
  },
} as const satisfies Record<string, object>;

export type FamilyPath = keyof typeof familyBodies;

export const familyPaths = Object.keys(familyBodies) as FamilyPath[];

/** Sends a small request of a family. */
export function postFamily(
  url: string,
  path: FamilyPath,
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
      ...familyBodies[path],
      ...options.extra,
    }),
    signal: options.signal ?? null,
  });
}
