import type { ApiKey } from "@openrouter-free-pool/shared/key-pool/keys/api-key";
import {
  type CompletionJob,
  readProgress,
} from "@openrouter-free-pool/shared/queue/completion-job";
import type { TokenUse } from "@openrouter-free-pool/shared/queue/finished-request";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { sendReply } from "@openrouter-free-pool/shared/replies/send-reply";
import type { Redis } from "ioredis";
import { pickOther } from "../answer/answer-model.ts";
import type {
  CallResult,
  StreamFigures,
  StreamResult,
} from "../answer/call-result.ts";
import type { UpstreamStream } from "../answer/outcome.ts";
import { passHeaders } from "../answer/passed-headers.ts";
import { readTokenUse } from "../answer/token-use.ts";
import { figuresOf } from "../job/figures.ts";
import type { CallMetrics } from "../metrics/call-metrics.ts";
import type { OpenRouterClient } from "./http/client.ts";
import type { RequestBody } from "./request-body.ts";
import { createRecordStream } from "./stream/record-stream.ts";
import { relayStream } from "./stream/relay-stream.ts";
import { ReplyStream, type SendChunk } from "./stream/reply-stream.ts";
import type { StreamCredits } from "./stream/stream-credits.ts";

/** The input of one call of OpenRouter. */
type OpenRouterCall = {
  readonly key: ApiKey;
  /** The first model that the body names. */
  readonly model: string;
  /** All models that the body names. */
  readonly models: readonly string[];
  readonly body: RequestBody;
  /** The call must be sent before this, in ms of `performance.now()`. */
  readonly sendBefore: number;
  /** Called when the first content of a stream arrives, with the model that it is from where that is another one. */
  readonly onContent?: (other: string | undefined) => void;
  readonly signal: AbortSignal;
};

/** Makes one call for a job; a stream that comes back is relayed to its end. */
export type CallOpenRouter = (
  job: CompletionJob,
  call: OpenRouterCall,
) => Promise<CallResult>;

type Chunk = Parameters<SendChunk>[0];
type Tell = (chunk: Chunk) => Chunk;

/** Builds {@link CallOpenRouter}. */
export function createCallOpenRouter(deps: {
  client: OpenRouterClient;
  /** The connection on which replies go out. */
  replies: Redis;
  redisKeys: RedisKeys;
  credits: StreamCredits;
  workerId: string;
  keepPayloads: boolean;
  metrics: CallMetrics;
  /** Attribution headers that name this product; the client's own take precedence. */
  attribution: Readonly<Record<string, string>>;
}): CallOpenRouter {
  const { client, replies, redisKeys, credits, workerId, keepPayloads } = deps;

  async function relay(
    job: CompletionJob,
    stream: UpstreamStream,
    call: OpenRouterCall & { startedAt: number },
  ): Promise<StreamResult & StreamFigures> {
    const { key, model, models, startedAt, signal, onContent } = call;
    const jobId = String(job.id);
    const address = { gatewayId: job.data.gatewayId, jobId };
    const progress = readProgress(job);
    const calls = progress.calls + 1;
    const figures: StreamFigures = {};
    const recordStream = createRecordStream(job, {
      model,
      startedAt,
      begun: { ...progress, calls, hasBegun: true },
      keepPayloads,
      metrics: deps.metrics,
      figures,
    });
    let answeringModel: string | undefined;
    /** A chunk with what is known by then. */
    const tell: Tell = (chunk) => {
      const { tokens } = figures;
      if (chunk.kind === "stream-start" && answeringModel !== undefined) {
        return { ...chunk, answeringModel };
      }
      return chunk.kind === "stream-end" && tokens !== undefined
        ? { ...chunk, tokens }
        : chunk;
    };
    const replyStream = new ReplyStream({
      call: calls,
      send: (chunk) => {
        const update = recordStream(chunk);
        return sendReply(replies, redisKeys, address, tell(chunk), update);
      },
      waitForTaken: (bytes) => credits.waitForTaken(jobId, bytes),
    });
    credits.open(jobId);
    // An abort also ends a wait for the client to read on.
    const stopWaiting = () => credits.close(jobId);
    signal.addEventListener("abort", stopWaiting, { once: true });
    try {
      const start = {
        kind: "stream-start",
        workerId,
        headers: passHeaders(stream.headers, "text/event-stream"),
        ...figuresOf(job, elapsedMs(startedAt)),
        calls,
        calledModel: model,
        key: key.mask,
      } as const;
      const result = await relayStream(stream, replyStream, start, (named) => {
        answeringModel = pickOther(named, models);
        onContent?.(answeringModel);
      });
      return { ...result, ...figures };
    } finally {
      signal.removeEventListener("abort", stopWaiting);
      credits.close(jobId);
    }
  }

  return async function callOpenRouter(job, call) {
    const { key, model, body, sendBefore, signal } = call;
    const { path, headers, isStream } = job.data;
    const startedAt = performance.now();
    const outcome = await client.post({
      path,
      body,
      isStream,
      headers: addAttribution(headers, deps.attribution),
      secret: key.secret,
      sendBefore,
      signal,
    });
    const result =
      outcome.kind === "stream"
        ? await relay(job, outcome.stream, { ...call, startedAt })
        : outcome;
    const tokens = tokensOf(result);
    return {
      ...result,
      ...(tokens ? { tokens } : {}),
      calledModel: model,
      upstreamMs: elapsedMs(startedAt),
    };
  };
}

/** The tokens that a call took: a stream counts them itself, and only an answer with the status 200 has them. */
function tokensOf(result: StreamResult & StreamFigures): TokenUse | undefined {
  if (result.kind !== "answer") return result.tokens;
  const { status, body } = result.answer;
  return status === 200 ? readTokenUse(body) : undefined;
}

function elapsedMs(startedAt: number): number {
  return Math.round(performance.now() - startedAt);
}

/**
 * Adds the attribution headers that the client does not send itself; `X-Title` is an older name of
 * `X-OpenRouter-Title`.
 */
function addAttribution(
  headers: Readonly<Record<string, string>>,
  { "x-openrouter-title": title, ...others }: Readonly<Record<string, string>>,
): Record<string, string> {
  const isTitled = "x-title" in headers || title === undefined;
  const named = isTitled ? {} : { "x-openrouter-title": title };
  return { ...others, ...named, ...headers };
}
