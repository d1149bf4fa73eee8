import type { TakenJob } from "@openrouter-free-pool/shared/dispatch/taken-job";
import type {
  Acquisition,
  Grant,
} from "@openrouter-free-pool/shared/key-pool/slots/acquisition";
import type { CompletionJob } from "@openrouter-free-pool/shared/queue/completion-job";
import {
  holdOf,
  type JobLocks,
} from "@openrouter-free-pool/shared/queue/job-locks";
import { isOutOfMemory } from "@openrouter-free-pool/shared/redis/out-of-memory";
import type { Logger } from "pino";
import { describeJob } from "../job/describe-job.ts";
import type { Settle } from "../settle/settle.ts";
import type { AcquireSlot } from "./acquire-slot.ts";
import type { GatewayWatch } from "./gateway-watch.ts";
import type { GiveBack } from "./give-back.ts";
import type { ProcessJob } from "./process-job.ts";
import type { SlotForecast } from "./slot-forecast.ts";

const pauseWhenFullMs = 1_000;

/** A job whose call is under way. */
type StartedJob = {
  /** Resolves when the job has been settled or abandoned; never rejects. */
  readonly ended: Promise<void>;
};

/** Works on jobs that were taken off the queue. */
export type JobStarter = {
  /**
   * Resolves as soon as it is decided whether the job may go out.
   *
   * @returns undefined when it may not: it has been settled.
   */
  start(taken: TakenJob): Promise<StartedJob | undefined>;
  /** Returns a job to the queue that was taken too late, and its slot. */
  putBack(taken: TakenJob): Promise<void>;
  /** Whether this worker works on a job, or puts it back. */
  hasInHand(jobId: string): boolean;
  /** Whether this worker has worked on a job that it still holds: its slot may have been used. */
  hasStarted(job: CompletionJob): boolean;
  /** Clients that have as many of this worker's calls as one may have while others wait. */
  findFullClients(concurrency: number): string[];
  /** How many more jobs this worker may have before a client can have too many of them. */
  countRoom(concurrency: number): number;
};

/** That this worker has a job in hand. */
type Hold = {
  readonly jobId: string;
  readonly client: string | undefined;
  readonly gatewayId: string;
  /** Aborts when the work on the job must end. */
  readonly signal: AbortSignal;
};

/** Jobs that this worker is done with stay locked for seconds at most. */
const mostRemembered = 20_000;

/** The part of a worker's calls that one client may have while others wait. */
const mostOfOneClient = 3 / 4;

/** Builds {@link JobStarter}. */
export function createJobStarter(deps: {
  locks: JobLocks;
  giveBack: GiveBack;
  acquireSlot: AcquireSlot;
  processJob: ProcessJob;
  settle: Settle;
  forecast: SlotForecast;
  gatewayWatch: GatewayWatch;
  logger: Logger;
}): JobStarter {
  const { locks, giveBack, acquireSlot, settle, forecast } = deps;
  const { gatewayWatch, logger } = deps;
  /** Jobs in hand. One that was put back may be here again before its former hold has ended. */
  const inHand = new Map<string, Hold>();
  const started = new Set<string>();

  function rememberStart(job: CompletionJob): void {
    started.add(holdOf(job));
    const [oldest] = started;
    if (started.size > mostRemembered && oldest) started.delete(oldest);
  }

  function takeInHand(job: CompletionJob): Hold {
    const jobId = String(job.id);
    const { client, gatewayId } = job.data;
    const hold = { jobId, client, gatewayId, signal: locks.take(job) };
    inHand.set(jobId, hold);
    rememberStart(job);
    return hold;
  }

  function leaveHand(hold: Hold): void {
    const { jobId, gatewayId } = hold;
    if (inHand.get(jobId) !== hold) return;
    inHand.delete(jobId);
    gatewayWatch.remove(gatewayId, jobId);
  }

  async function tryStart(
    job: CompletionJob,
    hold: Hold,
    said: Acquisition | undefined,
  ): Promise<StartedJob | undefined> {
    try {
      const slot = await acquireSlot(job, hold.signal, said);
      if (slot.kind === "granted") {
        return { ended: work(job, hold, slot.grant) };
      }
      await settle(job, slot.disposition);
    } catch (error) {
      await giveUp(job, error);
    }
    return undefined;
  }

  async function work(
    job: CompletionJob,
    hold: Hold,
    grant: Grant,
  ): Promise<void> {
    gatewayWatch.add(hold.gatewayId, hold.jobId);
    try {
      await deps.processJob(job, grant, hold.signal);
    } catch (error) {
      abandon(job, error);
    } finally {
      leaveHand(hold);
    }
  }

  async function giveUp(job: CompletionJob, error: unknown): Promise<void> {
    if (!isOutOfMemory(error)) return abandon(job, error);
    logger.warn(describeJob(job), "Redis is full: no slot was taken");
    forecast.pauseFor(pauseWhenFullMs, forecast.epoch);
    await settle(job, { kind: "put-back" });
  }

  /** After an unexpected error: the job comes back by itself when its lock lapses. */
  function abandon(job: CompletionJob, error: unknown): void {
    locks.release(job);
    logger.error(
      { ...describeJob(job), err: error },
      "Working on a job failed; it will be taken up again",
    );
  }

  const mostOfClient = (concurrency: number) =>
    Math.max(1, Math.floor(concurrency * mostOfOneClient));

  return {
    async start({ job, slot }) {
      const hold = takeInHand(job);
      let started: StartedJob | undefined;
      try {
        started = await tryStart(job, hold, slot);
        return started;
      } finally {
        if (!started) leaveHand(hold);
      }
    },
    async putBack({ job, slot }) {
      // Until it is in line again, nobody may take it for lost.
      const hold = takeInHand(job);
      try {
        if (slot?.kind === "granted") await giveBack(slot);
        await settle(job, { kind: "put-back" });
      } catch (error) {
        abandon(job, error);
      } finally {
        leaveHand(hold);
      }
    },
    hasInHand: (jobId) => inHand.has(jobId),
    hasStarted: (job) => started.has(holdOf(job)),
    findFullClients(concurrency) {
      const most = mostOfClient(concurrency);
      // Nobody can have that many.
      if (inHand.size < most) return [];
      const counts = new Map<string, number>();
      for (const { client } of inHand.values()) {
        if (client === undefined) continue;
        counts.set(client, (counts.get(client) ?? 0) + 1);
      }
      return [...counts].flatMap(([client, count]) =>
        count >= most ? [client] : [],
      );
    },
    countRoom: (concurrency) =>
      Math.max(0, mostOfClient(concurrency) - inHand.size),
  };
}
