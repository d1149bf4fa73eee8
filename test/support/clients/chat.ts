import { type Answer, send } from "./send.ts";

/** What a client got for a chat completion. */
export type ChatResult = Answer;

export type ChatOptions = {
  model?: string;
  /** The simulator records it, so that a call can be told from others. */
  marker?: string;
  content?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  extra?: Record<string, unknown>;
};

export const testModel = "test/model:free";

/** Sends one chat completion over HTTP. */
export function chat(
  url: string,
  options: ChatOptions = {},
): Promise<ChatResult> {
  const { headers = {}, signal = null } = options;
  const body = JSON.stringify({
    model: options.model ?? testModel,
    messages: [{ role: "user", content: options.content ?? "Hello" }],
    ...(options.marker ? { user: options.marker } : {}),
    ...options.extra,
  });
  return send(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
    signal,
  });
}

/** Sends many at once; the `index` makes each one's options. */
export function burst(
  url: string,
  count: number,
  optionsOf: (index: number) => ChatOptions = () => ({}),
): Promise<ChatResult[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) => chat(url, optionsOf(index))),
  );
}

/** How many answers there are of each status. */
export function countStatuses(
  answers: readonly ChatResult[],
): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
