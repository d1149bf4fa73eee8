import type { Redis } from "ioredis";
import { queueKeys } from "../queue/bullmq/queue-keys.ts";
import type { CompletionProgress } from "../queue/completion-job.ts";
import type { FinishedRequest } from "../queue/finished-request.ts";
import type { RedisKeys } from "../redis/keys.ts";
import { loadScript, runScript } from "../redis/script.ts";
import { writeOnceRedisCan } from "../redis/write-once-redis-can.ts";
import { longestPushBytes } from "./pushed-reply.ts";
import { encodeReply, type Reply } from "./reply.ts";

const script = loadScript(new URL("./send-reply.lua", import.meta.url));

/** A gateway reads within milliseconds; it may be cut off from Redis for this long. */
export const unreadTtlMs = 600_000;

/** What is stored on the job in the same step. */
export type JobUpdate = {
  readonly progress?: CompletionProgress | undefined;
  /** Replaces the job's data. */
  readonly finished?: FinishedRequest | undefined;
};

/** Sends a reply to the gateway that waits for it. Waits for Redis when it is away or cannot write. */
export async function sendReply(
  redis: Redis,
  redisKeys: RedisKeys,
  address: { gatewayId: string; jobId: string },
  reply: Reply,
  notes: JobUpdate = {},
): Promise<void> {
  const { gatewayId, jobId } = address;
  const { head, body } = encodeReply(reply);
  const keys = [
    redisKeys.gatewayReplies(gatewayId),
    queueKeys(redisKeys).job(jobId),
    redisKeys.body(jobId),
  ];
  const values = [
    jobId,
    head,
    body,
    unreadTtlMs,
    toJson(notes.progress),
    toJson(notes.finished),
    longestPushBytes,
  ];
  // OpenRouter must not be called twice because Redis could not write for a while.
  await writeOnceRedisCan(() => runScript(redis, script, keys, values));
}

function toJson(value: object | undefined): string {
  return value === undefined ? "" : JSON.stringify(value);
}
