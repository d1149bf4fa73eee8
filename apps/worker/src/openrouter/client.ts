import { errors, Pool } from "undici";

/** An answer, whole. Header names are in lower case. */
export type UpstreamAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

/** A call that brought no whole answer. */
export type NoAnswer = {
  readonly reason: "timeout" | "network" | "too-large" | "aborted";
  readonly message: string;
};

/** What became of one call; failing is an expected outcome. */
export type CallOutcome =
  | { readonly kind: "answer"; readonly answer: UpstreamAnswer }
  | { readonly kind: "no-answer"; readonly failure: NoAnswer };

/** One POST to OpenRouter. */
export type UpstreamCall = {
  /** Below the base URL, such as `/chat/completions`. */
  readonly path: string;
  readonly secret: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Aborts the call. */
  readonly signal: AbortSignal;
};

const keepAliveMs = 30_000;
/** Larger than any completion; it keeps a lying upstream from filling the memory. */
const largestAnswerBytes = 64 * 1024 * 1024;

/** A client of OpenRouter with its own pool of keep-alive connections. */
export type OpenRouterClient = {
  post(call: UpstreamCall): Promise<CallOutcome>;
  /** Asks for a key's own state: the status of `GET /key`. */
  probeKey(secret: string): Promise<number>;
  close(): Promise<void>;
};

/** Opens connections as they are needed, at most `connections` at a time. */
export function createOpenRouterClient(options: {
  baseUrl: string;
  connections: number;
  timeoutMs: number;
}): OpenRouterClient {
  const base = new URL(options.baseUrl);
  const pool = new Pool(base.origin, {
    connections: options.connections,
    keepAliveTimeout: keepAliveMs,
    maxResponseSize: largestAnswerBytes,
    // One deadline covers the whole call; see `post`.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  async function post(call: UpstreamCall): Promise<CallOutcome> {
    const timeout = AbortSignal.timeout(options.timeoutMs);
    try {
      const response = await pool.request({
        method: "POST",
        path: base.pathname + call.path,
        headers: {
          ...call.headers,
          "content-type": "application/json",
          authorization: `Bearer ${call.secret}`,
        },
        body: call.body,
        signal: AbortSignal.any([call.signal, timeout]),
      });
      const body = Buffer.from(await response.body.arrayBuffer());
      const headers = joinHeaders(response.headers);
      return {
        kind: "answer",
        answer: { status: response.statusCode, headers, body },
      };
    } catch (error) {
      const failure = describeFailure(error, call.signal, timeout);
      return { kind: "no-answer", failure };
    }
  }

  async function probeKey(secret: string): Promise<number> {
    const response = await pool.request({
      method: "GET",
      path: `${base.pathname}/key`,
      headers: { authorization: `Bearer ${secret}` },
      signal: AbortSignal.timeout(options.timeoutMs),
    });
    await response.body.dump();
    return response.statusCode;
  }

  return { post, probeKey, close: () => pool.destroy() };
}

function joinHeaders(
  headers: Record<string, string | string[] | undefined>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
}

function describeFailure(
  error: unknown,
  abort: AbortSignal,
  timeout: AbortSignal,
): NoAnswer {
  if (abort.aborted) return { reason: "aborted", message: "aborted" };
  if (timeout.aborted) {
    return { reason: "timeout", message: "OpenRouter did not answer in time" };
  }
  if (error instanceof errors.ResponseExceededMaxSizeError) {
    return { reason: "too-large", message: "OpenRouter's answer is too large" };
  }
  const code =
    error instanceof Error && "code" in error ? String(error.code) : "unknown";
  return {
    reason: "network",
    message: `The connection to OpenRouter failed (${code})`,
  };
}
