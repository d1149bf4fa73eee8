/** What a client got. */
export type ChatResult = {
  readonly status: number;
  readonly body: unknown;
  readonly text: string;
  readonly headers: Headers;
  /** From sending to the last byte, in ms. */
  readonly tookMs: number;
  /** When the last byte came, on this process's monotonic clock (ms). */
  readonly doneAt: number;
};

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
export async function chat(
  url: string,
  options: ChatOptions = {},
): Promise<ChatResult> {
  const startedAt = performance.now();
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...options.headers },
    body: JSON.stringify({
      model: options.model ?? testModel,
      messages: [{ role: "user", content: options.content ?? "Hello" }],
      ...(options.marker ? { user: options.marker } : {}),
      ...options.extra,
    }),
    signal: options.signal ?? null,
  });
  const text = await response.text();
  const doneAt = performance.now();
  return {
    status: response.status,
    body: parse(text),
    text,
    headers: response.headers,
    tookMs: doneAt - startedAt,
    doneAt,
  };
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

/** How many results there are of each status. */
export function countStatuses(
  results: readonly ChatResult[],
): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of results) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
