import type { Redis } from "ioredis";
import type { RedisKeys } from "../redis/keys.ts";
import { loadScript, runScript } from "../redis/script.ts";
import { queueKeys } from "./bullmq/queue-keys.ts";
import type { CompletionRequest } from "./completion-job.ts";
import { toDecisionRequest } from "./decision-request.ts";

const script = loadScript(new URL("./bullmq/add-jobs.lua", import.meta.url));

/** How many finished jobs stay visible, and for how long; those of `count` 0 are removed at once. */
export type KeepFinished = {
  readonly count: number;
  readonly ageSeconds: number;
};

/** A job to be put on the queue. */
export type JobToAdd = {
  /** A job that is there under the same id stays as it is. */
  readonly jobId: string;
  readonly request: CompletionRequest;
  readonly priority: number;
  /** When the job came into being, ms since the epoch. */
  readonly timestamp: number;
  /** Removed as soon as it is finished when absent. */
  readonly keepFinished?: KeepFinished | undefined;
  /** How large its client's share of the slots is, compared with others'; 1 when absent. */
  readonly weight?: number | undefined;
  /**
   * How it counts against the number of requests that its client may have open: `bounded`,
   * it is refused beyond; `counted`, it was let in before; absent, not at all.
   */
  readonly counting?: "bounded" | "counted" | undefined;
  /** The trace that travels with it. */
  readonly trace?: string | undefined;
};

/**
 * Puts jobs on the queue, all in one round trip.
 *
 * @returns for each of them whether it was let in: not one whose client has too many open.
 */
export async function addToQueue(
  redis: Redis,
  redisKeys: RedisKeys,
  jobs: readonly JobToAdd[],
): Promise<boolean[]> {
  if (jobs.length === 0) return [];
  const queue = queueKeys(redisKeys);
  const { prioritized, pc, marker, delayed, jobPrefix, job } = queue;
  const { clients, clientsDue, sharesPrefix, clientPrefix } = redisKeys;
  const keys = [
    prioritized,
    pc,
    marker,
    delayed,
    clients,
    clientsDue,
    ...jobs.map(({ jobId }) => job(jobId)),
  ];
  const args = [
    sharesPrefix,
    clientPrefix,
    jobPrefix,
    ...jobs.flatMap(toArguments),
  ];
  const results = await runScript(redis, script, keys, args);
  return (results as number[]).map((each) => each === 1);
}

function toArguments(job: JobToAdd): (string | number)[] {
  const { jobId, request, priority, timestamp, keepFinished, trace } = job;
  const { gatewayId, model, candidates = [model], deadline, client } = request;
  const weight = job.weight ?? 1;
  const paidModels = request.paidModels && new Set(request.paidModels);
  const removal = toRemoval(keepFinished);
  const options = {
    jobId,
    priority,
    timestamp,
    attempts: 0,
    removeOnComplete: removal,
    removeOnFail: removal,
    // BullMQ's short name for it.
    ...(trace === undefined ? {} : { tm: trace }),
  };
  const models = candidates;
  const decisionRequest = {
    ...{ gatewayId, models, paidModels, deadline },
    ...(client === undefined ? {} : { share: { client, weight } }),
  };
  return [
    jobId,
    JSON.stringify(request),
    JSON.stringify(options),
    timestamp,
    priority,
    JSON.stringify(toDecisionRequest(decisionRequest)),
    client ?? "",
    weight,
    job.counting ?? "",
  ];
}

/** Those that failed are counted apart from those that did not. */
function toRemoval(keep: KeepFinished | undefined) {
  if (!keep || keep.count === 0) return true;
  return { count: keep.count, age: keep.ageSeconds };
}
