import type { Redis } from "ioredis";
import { z } from "zod";
import { parseJson } from "../../json/parse-json.ts";
import type { RedisKeys } from "../../redis/keys.ts";
import { queueKeys } from "../bullmq/queue-keys.ts";
import { delayEndsAt } from "../bullmq/scores.ts";

/** The states of an open job: in line, delayed, or held by a worker. */
export type OpenState = "waiting" | "delayed" | "calling";

/** The facts of a job, without its contents. Times in ms since the epoch of Redis's clock. */
export type OpenJob = {
  readonly jobId: string;
  readonly state: OpenState;
  /** 1 for the next one; for jobs in line. */
  readonly place: number | undefined;
  /** When it was created. */
  readonly since: number;
  /** Its BullMQ priority, see `priorities.ts`. */
  readonly priority: number;
  /** The gateway process that waits for it, or the batch that it belongs to. */
  readonly gatewayId: string | undefined;
  /** Id of the client; undefined without client keys. */
  readonly client: string | undefined;
  /** Models that may answer, best one first. */
  readonly models: readonly string[];
  /** When its client stops waiting. */
  readonly deadline: number | undefined;
  /** When its worker took it; for jobs held by a worker. */
  readonly takenAt: number | undefined;
  /** When it comes back into line; for delayed jobs. */
  readonly dueAt: number | undefined;
  /** Calls made so far. */
  readonly calls: number;
  /** Mask of the key of the last call. */
  readonly key: string | undefined;
  /** Id of the key of the call under way. */
  readonly keyId: string | undefined;
};

/** How many jobs are in each state. */
export type OpenCounts = Readonly<Record<OpenState, number>>;

/** Counts the open jobs, at a cost that does not grow with their number. */
export async function countOpenJobs(
  redis: Redis,
  redisKeys: RedisKeys,
): Promise<OpenCounts> {
  const { wait, prioritized, delayed, active } = queueKeys(redisKeys);
  const [first, line, later, calling] = await Promise.all([
    redis.llen(wait),
    redis.zcard(prioritized),
    redis.zcard(delayed),
    redis.llen(active),
  ]);
  return { waiting: first + line, delayed: later, calling };
}

/** Lists jobs of a state: those in line from the head on, delayed ones by the end of their delay. */
export async function listOpenJobs(
  redis: Redis,
  redisKeys: RedisKeys,
  { state, offset, count }: { state: OpenState; offset: number; count: number },
): Promise<OpenJob[]> {
  if (count <= 0) return [];
  const found = await findJobs(redis, queueKeys(redisKeys), {
    state,
    offset,
    last: offset + count - 1,
  });
  const { job } = queueKeys(redisKeys);
  const hashes = await Promise.all(
    found.map(({ jobId }) => redis.hmget(job(jobId), ...fields)),
  );
  return found.flatMap((each, index) => {
    const read = readJob(hashes[index] ?? []);
    return read ? [{ ...each, state, ...read }] : [];
  });
}

type FoundJob = Pick<OpenJob, "jobId" | "place" | "dueAt">;

async function findJobs(
  redis: Redis,
  keys: ReturnType<typeof queueKeys>,
  { state, offset, last }: { state: OpenState; offset: number; last: number },
): Promise<FoundJob[]> {
  const nowhere = { place: undefined, dueAt: undefined };
  switch (state) {
    case "calling": {
      const jobIds = await redis.lrange(keys.active, offset, last);
      return jobIds.map((jobId) => ({ ...nowhere, jobId }));
    }
    case "delayed": {
      const pairs = await redis.zrange(
        keys.delayed,
        String(offset),
        String(last),
        "WITHSCORES",
      );
      return pairs.flatMap((jobId, at) => {
        const dueAt = delayEndsAt(Number(pairs[at + 1]));
        return at % 2 === 0 ? [{ ...nowhere, jobId, dueAt }] : [];
      });
    }
    case "waiting": {
      // Jobs of lost workers go before all others; their head is the end of a list.
      const before = await redis.llen(keys.wait);
      const ahead =
        offset < before
          ? await redis.lrange(keys.wait, -1 - last, -1 - offset)
          : [];
      const from = Math.max(0, offset - before);
      const to = last - before;
      const line =
        to >= from
          ? await redis.zrange(keys.prioritized, String(from), String(to))
          : [];
      return [...ahead.reverse(), ...line].map((jobId, at) => {
        return { ...nowhere, jobId, place: offset + at + 1 };
      });
    }
  }
}

const fields = [
  "timestamp",
  "priority",
  "request",
  "processedOn",
  "progress",
  "grant",
] as const;

const requestSchema = z.object({
  gatewayId: z.string().optional(),
  models: z.array(z.string()).catch([]),
  deadline: z.number().optional().catch(undefined),
  share: z.object({ client: z.string() }).optional().catch(undefined),
});
const progressSchema = z.object({
  calls: z.number().catch(0),
  key: z.string().optional().catch(undefined),
});
/** The limiter's decision: `granted`, the account, the key. */
const grantSchema = z
  .tuple([z.literal("granted"), z.string(), z.string()])
  .rest(z.unknown());

/** @returns undefined when the job is gone by now. */
function readJob(values: readonly (string | null)[]) {
  const [timestamp, priority, request, takenAt, progress, grant] = values;
  if (!timestamp) return undefined;
  const asked = requestSchema.safeParse(parseJson(request ?? "")).data;
  const far = progressSchema.safeParse(parseJson(progress ?? "")).data;
  const granted = grantSchema.safeParse(parseJson(grant ?? "")).data;
  return {
    since: Number(timestamp),
    priority: Number(priority),
    gatewayId: asked?.gatewayId,
    client: asked?.share?.client,
    models: asked?.models ?? [],
    deadline: asked?.deadline,
    takenAt: takenAt ? Number(takenAt) : undefined,
    calls: far?.calls ?? 0,
    key: far?.key,
    keyId: granted?.[2],
  };
}
