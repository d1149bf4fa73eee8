import { isUtf8 } from "node:buffer";
import type { Redis } from "ioredis";
import { queueKeys } from "../queue/bullmq/queue-keys.ts";
import type { CompletionJob } from "../queue/completion-job.ts";
import type { Ending, FinishedRequest } from "../queue/finished-request.ts";
import type { RedisKeys } from "../redis/keys.ts";
import { loadScript, runScript } from "../redis/script.ts";
import { writeOnceRedisCan } from "../redis/write-once-redis-can.ts";
import { gather } from "../timers/gather.ts";
import { longestPushBytes } from "./pushed-reply.ts";
import { encodeReply, type Reply } from "./reply.ts";
import { unreadTtlMs } from "./send-reply.ts";

const script = loadScript(new URL("./finish-jobs.lua", import.meta.url));

/** How long an answered job of another worker is kept from being called again. */
const markMs = 600_000;
/** More would block Redis for too long, or hold up the commands after it. */
const most = { most: 32, mostSize: 256 * 1024 };

/** The end of a request whose job a worker holds. */
type JobEnd = {
  readonly job: CompletionJob;
  /** The last reply to the gateway; absent when it was sent before. */
  readonly reply?: Reply | undefined;
  /** Replaces the job's data. */
  readonly finished?: FinishedRequest | undefined;
  readonly ending: Pick<Ending, "status" | "reason">;
  /** Whether the job leaves nothing behind. Else it stays visible for as long as its gateway requested. */
  readonly isRemoved?: boolean;
};

/**
 * Sends the last reply and finishes the job, in one step and together with others. Waits for Redis when it is away or
 * cannot write.
 *
 * @returns whether the job was still this worker's. If not, it is not called again.
 */
type FinishJob = (end: JobEnd) => Promise<boolean>;

type Encoded = {
  readonly size: number;
  readonly keys: string[];
  readonly args: (string | number | Buffer)[];
};

/** Builds {@link FinishJob}. */
export function createFinishJob(redis: Redis, redisKeys: RedisKeys): FinishJob {
  const queue = queueKeys(redisKeys);
  const { active, stalled, completed, failed, marker, meta, jobPrefix } = queue;

  async function finishAll(ends: readonly Encoded[]): Promise<boolean[]> {
    const keys = [
      active,
      stalled,
      completed,
      failed,
      redisKeys.clientsDue,
      marker,
      meta,
      ...ends.flatMap((end) => end.keys),
    ];
    const args = [
      jobPrefix,
      redisKeys.cancelledPrefix,
      unreadTtlMs,
      longestPushBytes,
      markMs,
      redisKeys.clientPrefix,
      ...ends.flatMap((end) => end.args),
    ];
    // OpenRouter must not be called twice because Redis could not write for a while.
    const ours = await writeOnceRedisCan(() =>
      runScript(redis, script, keys, args),
    );
    return (ours as number[]).map((each) => each === 1);
  }

  const finish = gather(finishAll, { ...most, sizeOf: ({ size }) => size });

  return function finishJob({
    job,
    reply,
    finished,
    ending,
    isRemoved = false,
  }) {
    const jobId = String(job.id);
    const { head, body } = reply
      ? encodeReply(reply)
      : { head: "", body: Buffer.alloc(0) };
    const data = finished ? JSON.stringify(finished) : "";
    const { count, ageMs } = isRemoved ? nothingKept : keptOf(job);
    return finish({
      size: body.length + data.length,
      keys: [
        redisKeys.gatewayReplies(job.data.gatewayId),
        queue.job(jobId),
        redisKeys.body(jobId),
      ],
      args: [
        jobId,
        job.token ?? "",
        head,
        asText(body),
        data,
        ending.status < 400 ? "" : describeFailure(ending),
        job.attemptsMade + 1,
        count,
        ageMs,
        job.data.client ?? "",
      ],
    });
  };
}

/** Of texts ioredis makes one string; with a Buffer among them it copies each argument of a command by itself. */
function asText(body: Buffer): string | Buffer {
  const isShort = body.length <= longestPushBytes;
  return isShort && isUtf8(body) ? body.toString() : body;
}

const nothingKept = { count: 0, ageMs: -1 };

/**
 * How many finished jobs are kept, and for how long, from the several forms of BullMQ's options;
 * -1: without a bound.
 */
function keptOf({ opts }: CompletionJob): { count: number; ageMs: number } {
  const kept = opts.removeOnComplete ?? false;
  if (typeof kept === "boolean") return { count: kept ? 0 : -1, ageMs: -1 };
  if (typeof kept === "number") return { count: kept, ageMs: -1 };
  const { count = -1, age } = { age: undefined, ...kept };
  return { count, ageMs: age === undefined ? -1 : age * 1_000 };
}

/** What the queue's page shows about a failed request, without its contents. */
function describeFailure({
  status,
  reason,
}: Pick<Ending, "status" | "reason">): string {
  const what = reason === undefined ? "from OpenRouter" : `(${reason})`;
  return `${status} ${what}`;
}
