import { Pool } from "undici";
import { CallDeadline } from "./call-deadline.ts";

/** An answer, whole. Header names are in lower case. */
export type UpstreamAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

/** A call that brought no whole answer. */
export type NoAnswer = {
  readonly reason:
    | "timeout"
    | "network"
    | "too-large"
    | "reader-stalled"
    | "aborted";
  readonly message: string;
};

/** An answer that comes as events. Not to read on stops OpenRouter's work. */
export type UpstreamStream = {
  readonly headers: Readonly<Record<string, string>>;
  /** Throws {@link BrokenStreamError} when the stream does not come to its own end. */
  readonly chunks: AsyncIterable<Buffer>;
};

/** A call that brought a whole answer or none; failing is an expected outcome. */
export type CallOutcome =
  | { readonly kind: "answer"; readonly answer: UpstreamAnswer }
  | { readonly kind: "no-answer"; readonly failure: NoAnswer };

/** A stream that broke off. */
export class BrokenStreamError extends Error {
  override name = "BrokenStreamError";
  readonly failure: NoAnswer;

  constructor(failure: NoAnswer, cause: unknown) {
    super(failure.message, { cause });
    this.failure = failure;
  }
}

/** One POST to OpenRouter. */
export type UpstreamCall = {
  /** Below the base URL, such as `/chat/completions`. */
  readonly path: string;
  readonly secret: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Whether a stream of events is wanted. */
  readonly isStream: boolean;
  /** Aborts the call. */
  readonly signal: AbortSignal;
};

class AnswerTooLargeError extends Error {
  override name = "AnswerTooLargeError";
}

const keepAliveMs = 30_000;
/** Larger than any whole answer; it keeps a lying upstream from filling the memory. */
const largestAnswerBytes = 64 * 1024 * 1024;

/** A client of OpenRouter with its own pool of keep-alive connections. */
export type OpenRouterClient = {
  post(
    call: UpstreamCall,
  ): Promise<CallOutcome | { kind: "stream"; stream: UpstreamStream }>;
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
    // One deadline covers the whole call; see `post`.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  async function post(call: UpstreamCall) {
    const deadline = new CallDeadline(options.timeoutMs, call.signal);
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
        signal: deadline.signal,
      });
      const headers = joinHeaders(response.headers);
      const status = response.statusCode;
      if (call.isStream && status < 300 && isEventStream(headers)) {
        const chunks = readChunks(response.body, deadline, call.signal);
        return { kind: "stream", stream: { headers, chunks } } as const;
      }
      const body = await readWhole(response.body);
      deadline.stop();
      return { kind: "answer", answer: { status, headers, body } } as const;
    } catch (error) {
      deadline.stop();
      const failure = describeFailure(error, call.signal, deadline);
      return { kind: "no-answer", failure } as const;
    }
  }

  return { post, close: () => pool.destroy() };
}

async function readWhole(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > largestAnswerBytes) throw new AnswerTooLargeError();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function* readChunks(
  body: AsyncIterable<Buffer>,
  deadline: CallDeadline,
  calledOff: AbortSignal,
): AsyncGenerator<Buffer, void> {
  try {
    for await (const chunk of body) {
      // A slow reader is not OpenRouter's fault.
      deadline.stop();
      yield chunk;
      deadline.start();
    }
  } catch (error) {
    const failure = describeFailure(error, calledOff, deadline);
    throw new BrokenStreamError(failure, error);
  } finally {
    deadline.stop();
  }
}

function isEventStream(headers: Readonly<Record<string, string>>): boolean {
  return /^\s*text\/event-stream\b/i.test(headers["content-type"] ?? "");
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
  calledOff: AbortSignal,
  deadline: CallDeadline,
): NoAnswer {
  if (calledOff.aborted) return { reason: "aborted", message: "aborted" };
  if (deadline.isOver) {
    return { reason: "timeout", message: "OpenRouter did not answer in time" };
  }
  if (error instanceof AnswerTooLargeError) {
    return { reason: "too-large", message: "OpenRouter's answer is too large" };
  }
  const code =
    error instanceof Error && "code" in error ? String(error.code) : "unknown";
  return {
    reason: "network",
    message: `The connection to OpenRouter failed (${code})`,
  };
}
