import type { Redis } from "ioredis";
import { z } from "zod";
import { parseJson } from "../../json/parse-json.ts";
import type { RedisKeys } from "../../redis/keys.ts";
import { queueKeys } from "../bullmq/queue-keys.ts";
import { delayEndsAt } from "../bullmq/scores.ts";

/** Where a job is that is not over: in line, delayed, or in a worker's hands. */
export type OpenState = "waiting" | "delayed" | "calling";

/** What the queue tells of a job, without its contents. Times in ms since the epoch of Redis's clock. */
export type OpenJob = {
  readonly jobId: string;
  readonly state: OpenState;
  /** 1 for the next one; of those in line. */
  readonly place: number | undefined;
  /** When it came into being. */
  readonly since: number;
  /** As the queue has it, see `priorities.ts`. */
  readonly priority: number;
  /** The gateway process that waits for it, or the batch that it belongs to. */
  readonly gatewayId: string | undefined;
  /** Id of the client; undefined without client keys. */
  readonly client: string | undefined;
  /** Models that may answer, best one first. */
  readonly models: readonly string[];
  /** When its client stops waiting. */
  readonly deadline: number | undefined;
  /** When its worker took it; of those that are called. */
  readonly takenAt: number | undefined;
  /** When it comes back into line; of delayed ones. */
  readonly dueAt: number | undefined;
  /** Calls made so far. */
  readonly calls: number;
  /** Mask of the key that was called with last. */
  readonly key: string | undefined;
  /** Id of the key of the call under way. */
  readonly keyId: string | undefined;
};

/** How many jobs are in each state. */
export type OpenCounts = Readonly<Record<OpenState, number>>;

/** Counts the jobs that are not over, at a cost that does not grow with them. */
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

/** Lists some of the jobs of a state: those in line from the head on, delayed ones by when they come back. */
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
      // Those of lost workers go before all others; their head is the end of a list.
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
/** What the limiter said: `granted`, the account, the key. */
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
