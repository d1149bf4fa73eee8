/** What a client got. */
export type Answer = {
  readonly status: number;
  /** The body as JSON; undefined when it is none. */
  readonly body: unknown;
  readonly text: string;
  readonly headers: Headers;
  /** From sending to the last byte, in ms. */
  readonly tookMs: number;
  /** When the last byte came, on this process's monotonic clock (ms). */
  readonly doneAt: number;
};

/** Sends one HTTP request and reads the whole answer. */
export async function send(
  url: string,
  request: RequestInit = {},
): Promise<Answer> {
  const startedAt = performance.now();
  const response = await fetch(url, request);
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

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
