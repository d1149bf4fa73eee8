import type { ApiKey } from "@openrouter-free-pool/shared/key-pool/api-key";
import {
  type CompletionJob,
  readProgress,
} from "@openrouter-free-pool/shared/queue/completion-job";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { sendReply } from "@openrouter-free-pool/shared/replies/send-reply";
import type { Redis } from "ioredis";
import { figuresOf } from "./job-outcomes.ts";
import type { OpenRouterClient, UpstreamStream } from "./openrouter/client.ts";
import { passHeaders } from "./openrouter/client-answer.ts";
import { type Relayed, relayStream } from "./streaming/relay-stream.ts";
import { ReplyStream } from "./streaming/reply-stream.ts";
import type { StreamCredits } from "./streaming/stream-credits.ts";

/** Makes one call for a job; a stream that comes back is relayed to its end. */
export type CallOpenRouter = (
  job: CompletionJob,
  key: ApiKey,
  signal: AbortSignal,
) => Promise<Relayed>;

/** Builds {@link CallOpenRouter}. */
export function createCallOpenRouter(deps: {
  client: OpenRouterClient;
  redis: Redis;
  redisKeys: RedisKeys;
  credits: StreamCredits;
  workerId: string;
  /** Headers that credit this product, unless the client names another. */
  attribution: Readonly<Record<string, string>>;
}): CallOpenRouter {
  const { client, redis, redisKeys, credits, workerId } = deps;

  async function relay(
    job: CompletionJob,
    stream: UpstreamStream,
    call: { upstreamMs: number; signal: AbortSignal },
  ): Promise<Relayed> {
    const jobId = String(job.id);
    const address = { gatewayId: job.data.gatewayId, jobId };
    const progress = readProgress(job);
    const calls = progress.calls + 1;
    const begun = { ...progress, calls, hasBegun: true };
    const replies = new ReplyStream({
      call: calls,
      send: (part) => {
        const isBeginning = part.kind === "stream-data" && part.isBeginning;
        const noted = isBeginning ? begun : undefined;
        return sendReply(redis, redisKeys, address, part, noted);
      },
      waitForTaken: (bytes) => credits.waitForTaken(jobId, bytes),
    });
    credits.open(jobId);
    // Whoever waits for the client to read on must hear of it, too.
    const stopWaiting = () => credits.close(jobId);
    call.signal.addEventListener("abort", stopWaiting, { once: true });
    try {
      return await relayStream(stream, replies, {
        kind: "stream-start",
        workerId,
        headers: passHeaders(stream),
        ...figuresOf(job),
        calls,
        upstreamMs: call.upstreamMs,
      });
    } finally {
      call.signal.removeEventListener("abort", stopWaiting);
      credits.close(jobId);
    }
  }

  return async function callOpenRouter(job, key, signal) {
    const { path, body, headers, isStream } = job.data;
    const startedAt = performance.now();
    const outcome = await client.post({
      path,
      body,
      isStream,
      headers: { ...deps.attribution, ...headers },
      secret: key.secret,
      signal,
    });
    if (outcome.kind !== "stream") return outcome;
    const upstreamMs = Math.round(performance.now() - startedAt);
    return relay(job, outcome.stream, { upstreamMs, signal });
  };
}
