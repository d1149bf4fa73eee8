import type { Redis } from "ioredis";
import type { KeyPool } from "../key-pool/pool/key-pool.ts";
import {
  type Acquisition,
  readAcquisition,
} from "../key-pool/slots/acquisition.ts";
import type { LimiterCall } from "../key-pool/slots/limiter-call.ts";
import { queueKeys } from "../queue/bullmq/queue-keys.ts";
import { type CompletionJob, candidatesOf } from "../queue/completion-job.ts";
import { lockMs } from "../queue/job-locks.ts";
import type { ManualWorker } from "../queue/manual-worker.ts";
import type { RedisKeys } from "../redis/keys.ts";
import { loadScript, runScript } from "../redis/script.ts";

const script = loadScript(new URL("./take-jobs.lua", import.meta.url));

/** A job that this worker holds, and the limiter's decision about it. */
export type TakenJob = {
  readonly job: CompletionJob;
  /** undefined when the worker must ask itself. */
  readonly slot: Acquisition | undefined;
};

/** The result of taking jobs. Times in ms from now. */
export type Taking = {
  readonly jobs: readonly TakenJob[];
  /** Jobs that are left in line. */
  readonly waiting: number;
  /** When a slot is free: 0 now or not known, negative: not by itself. */
  readonly slotMs: number;
  /** When to poll the line again without a message; undefined: no job is delayed. */
  readonly dueMs: number | undefined;
};

/** The worker's state when it takes jobs. */
type TakingOptions = {
  /** The accounts that refuse a model, by model. */
  readonly refusals?: Readonly<Record<string, readonly string[]>>;
  /** Clients with enough jobs at this worker: while others wait, their jobs stay in line. */
  readonly fullClients?: readonly string[];
};

/** Takes up to this many jobs off the queue, each with its slot; none while no slot is free. */
export type TakeJobs = (
  most: number,
  options?: TakingOptions,
) => Promise<Taking>;

const nothing: Taking = { jobs: [], waiting: 0, slotMs: 0, dueMs: undefined };

/** Builds {@link TakeJobs}. */
export function createTakeJobs(deps: {
  worker: ManualWorker;
  keyPool: KeyPool;
  redis: Redis;
  redisKeys: RedisKeys;
}): TakeJobs {
  const { worker, keyPool, redis, redisKeys } = deps;
  const queue = queueKeys(redisKeys);
  const { wait, prioritized, delayed, marker, active, meta, pc } = queue;
  const keys = [
    wait,
    prioritized,
    delayed,
    marker,
    active,
    meta,
    pc,
    redisKeys.clientsDue,
  ];

  async function take(
    call: LimiterCall,
    most: number,
    options: TakingOptions & { isRegistered: boolean },
  ): Promise<Taking | undefined> {
    const reply = await runScript(
      redis,
      script,
      [...call.keys, ...keys],
      [
        ...call.args,
        most,
        worker.tokenPrefix,
        worker.reserveTokens(most),
        lockMs,
        JSON.stringify(options.refusals ?? {}),
        redisKeys.sharesPrefix,
        JSON.stringify(options.fullClients ?? []),
        options.isRegistered ? 1 : 0,
      ],
    );
    if (reply === "unregistered") return undefined;
    if (reply === "closed") return nothing;
    const [takenAt, waiting, dueMs, slotMs, ...taken] =
      reply as readonly unknown[];
    return {
      jobs: taken.flatMap((each) => readTaken(call, each, Number(takenAt))),
      waiting: Number(waiting),
      slotMs: Number(slotMs),
      dueMs: Number(dueMs) < 0 ? undefined : Number(dueMs),
    };
  }

  /** An unreadable job is left to the check for lost jobs, which gives it up in the end. */
  function readTaken(
    call: LimiterCall,
    taken: unknown,
    takenAt: number,
  ): TakenJob[] {
    try {
      const [jobId, token, hash, said] = JSON.parse(String(taken)) as [
        string,
        string,
        string[],
        unknown[],
      ];
      const job = worker.openJob(jobId, hash, { token, takenAt });
      const isAsked = said[0] !== "unasked";
      const slot = isAsked
        ? readAcquisition(call, candidatesOf(job), said)
        : undefined;
      return [{ job, slot }];
    } catch (error) {
      worker.emit("error", error as Error);
      return [];
    }
  }

  return async (most, options) => {
    let isRegistered = false;
    const taking = await keyPool.ask((call) => {
      const result = take(call, most, { ...options, isRegistered });
      isRegistered = true;
      return result;
    });
    return taking ?? nothing;
  };
}
