import type { Redis } from "ioredis";
import { queueKeys } from "../queue/bullmq/queue-keys.ts";
import type { CompletionRequest } from "../queue/completion-job.ts";
import { toDecisionRequest } from "../queue/decision-request.ts";
import type { RedisKeys } from "../redis/keys.ts";
import { loadScript, runScript } from "../redis/script.ts";
import { ordersKey } from "./orders-key.ts";

const script = loadScript(new URL("./add-jobs.lua", import.meta.url));

/** How many finished jobs stay visible, and for how long; those of `count` 0 are removed at once. */
export type KeepFinished = {
  readonly count: number;
  readonly ageSeconds: number;
};

/** A job to be put on the queue. */
export type JobToAdd = {
  /** An existing job with the same id stays as it is. */
  readonly jobId: string;
  readonly request: CompletionRequest;
  readonly priority: number;
  /** When the job was created, ms since the epoch. */
  readonly timestamp: number;
  /** Removed as soon as it is finished when absent. */
  readonly keepFinished?: KeepFinished | undefined;
  /** Its client's share of the slots, relative to others; 1 when absent. */
  readonly weight?: number | undefined;
  /**
   * How it counts against its client's open requests: `bounded`, it is refused above the limit;
   * `counted`, it was accepted before; absent, not at all.
   */
  readonly counting?: "bounded" | "counted" | undefined;
  /** The trace context of its request. */
  readonly trace?: string | undefined;
};

/**
 * Puts jobs on the queue, all in one round trip. An idle worker that has left a standing order gets them at once.
 *
 * @returns for each of them whether it was accepted: not when its client has too many open
 * requests.
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
    ordersKey(redisKeys),
    ...jobs.map(({ jobId }) => job(jobId)),
  ];
  const args = [
    sharesPrefix,
    clientPrefix,
    jobPrefix,
    redisKeys.workerPrefix,
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
    // BullMQ's short name for the trace.
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
    // Only clients have open requests: without one it is the lone job that add-jobs.lua is quickest with.
    (client !== undefined && job.counting) || "",
  ];
}

/** Failed and completed jobs are counted separately. */
function toRemoval(keep: KeepFinished | undefined) {
  if (!keep || keep.count === 0) return true;
  return { count: keep.count, age: keep.ageSeconds };
}
