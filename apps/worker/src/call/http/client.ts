import {
  createDispatcher,
  type ProxySettings,
} from "@openrouter-free-pool/shared/http/create-dispatcher";
import {
  BrokenStreamError,
  type CallOutcome,
  type UpstreamStream,
} from "../../answer/outcome.ts";
import { AnswerMemory } from "./answer-memory.ts";
import { CallDeadline } from "./call-deadline.ts";
import { decodeBody } from "./decode-body.ts";
import { describeFailure, isLostConnection } from "./describe-failure.ts";
import { peekForEvents, readWhole } from "./read-whole.ts";
import { type Response, request } from "./request.ts";
import type { ResponseBody } from "./response-body.ts";
import { Sending } from "./sending.ts";

/** One POST to OpenRouter. */
type UpstreamCall = {
  /** Below the base URL, such as `/chat/completions`. */
  readonly path: string;
  readonly secret: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** Whether a stream of events is wanted. */
  readonly isStream: boolean;
  /** The call must be sent before this, in ms of `performance.now()`. */
  readonly sendBefore: number;
  /** Aborts the call. */
  readonly signal: AbortSignal;
};

/** A connection is not reused this shortly before the server's announced end of it. */
const keepAliveMarginMs = 1_000;
/** A request that was certainly not sent is repeated on another connection at most so many times. */
const mostRepeats = 2;

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
  /** Bytes of large answers held at a time. */
  answerMemoryBytes: number;
  proxy: ProxySettings;
}): OpenRouterClient {
  const base = new URL(options.baseUrl);
  const memory = new AnswerMemory(options.answerMemoryBytes);
  const dispatcher = createDispatcher(options.proxy, {
    connections: options.connections,
    keepAliveTimeoutThreshold: keepAliveMarginMs,
    // One deadline covers the whole call; see `post`.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  async function post(call: UpstreamCall): Promise<Posted> {
    const deadline = new CallDeadline(options.timeoutMs, call.signal);
    for (let repeats = 0; ; repeats += 1) {
      const sending = new Sending(call.sendBefore);
      const watch = { deadline, signal: call.signal, sending };
      try {
        return await exchange(call, watch);
      } catch (error) {
        const failure = describeFailure(error, watch);
        const isRepeated = !failure.wasSent && isLostConnection(error);
        if (isRepeated && repeats < mostRepeats) continue;
        deadline.stop();
        return { kind: "no-answer", failure };
      }
    }
  }

  async function exchange(call: UpstreamCall, watch: Watch): Promise<Posted> {
    const { deadline, sending } = watch;
    const options = {
      origin: base.origin,
      method: "POST" as const,
      path: base.pathname + call.path,
      headers: {
        ...call.headers,
        "content-type": "application/json",
        authorization: `Bearer ${call.secret}`,
      },
      body: call.body,
    };
    const { signal } = deadline;
    const response = await request(dispatcher, options, { signal, sending });
    try {
      return await readResponse(call, response, watch);
    } catch (error) {
      // A body that nobody reads would hold its connection.
      response.body.cancel();
      throw error;
    }
  }

  async function readResponse(
    call: UpstreamCall,
    response: Response,
    watch: Watch,
  ): Promise<Posted> {
    const { deadline } = watch;
    const { status, headers } = response;
    const encoding = headers["content-encoding"];
    let chunks = decodeBody(response.body, encoding);
    if (call.isStream && status >= 200 && status < 300) {
      const peeked = isEventStream(headers)
        ? { isEvents: true, chunks }
        : await peekForEvents(chunks);
      chunks = peeked.chunks;
      if (peeked.isEvents) {
        const stream = {
          headers,
          chunks: readChunks(chunks, response.body, watch),
          accept: () => deadline.renew(),
        };
        return { kind: "stream", stream };
      }
    }
    const { body, reservation } = await readWhole(chunks, {
      memory,
      signal: deadline.signal,
      statedBytes: encoding === undefined ? statedLength(headers) : undefined,
    });
    deadline.stop();
    const release = () => reservation?.release();
    return { kind: "answer", answer: { status, headers, body }, release };
  }

  return { post, close: () => dispatcher.destroy() };
}

type Posted = CallOutcome | { kind: "stream"; stream: UpstreamStream };

type Watch = {
  readonly deadline: CallDeadline;
  readonly signal: AbortSignal;
  readonly sending: Sending;
};

async function* readChunks(
  chunks: AsyncIterable<Buffer>,
  body: ResponseBody,
  watch: Watch,
): AsyncGenerator<Buffer, void> {
  const { deadline } = watch;
  try {
    for await (const chunk of chunks) {
      // A slow reader is not OpenRouter's fault.
      deadline.pause();
      yield chunk;
      deadline.resume();
    }
  } catch (error) {
    throw new BrokenStreamError(describeFailure(error, watch), error);
  } finally {
    deadline.stop();
    // A decoder that fails does not stop a read that is under way.
    body.cancel();
  }
}

function isEventStream(headers: Readonly<Record<string, string>>): boolean {
  return /^\s*text\/event-stream\b/i.test(headers["content-type"] ?? "");
}

function statedLength(
  headers: Readonly<Record<string, string>>,
): number | undefined {
  const length = Number(headers["content-length"]);
  return Number.isSafeInteger(length) && length > 0 ? length : undefined;
}
