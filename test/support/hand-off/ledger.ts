import type { Grant } from "@openrouter-free-pool/shared/key-pool/slots/acquisition";
import type { CompletionJob } from "@openrouter-free-pool/shared/queue/completion-job";
import { limits } from "./fleet.ts";

/** A job in a worker's hands. */
export type Hand = {
  readonly job: CompletionJob;
  grant: Grant | undefined;
  isSent: boolean;
};

/** What a model of the fleet knows of one job. */
type JobState = {
  state: "waiting" | "held" | "done";
  /** Its client has its answer, but the job was not its worker's any more: it is not called again. */
  isAnswered: boolean;
  /** Whose hands it is in, under which token, and whether that worker still lives. */
  holder?: {
    readonly worker: number;
    readonly token: string | undefined;
    isAlive: boolean;
  };
  /** How often its lock has ended. */
  lapses: number;
};

/** The time between two answers of Redis; what was asked before the one holds surely before the other. */
export type Asked = { readonly askedAt: number; readonly answeredAt: number };

/** Everything that must be true of the fleet, and what is needed to check it. Times in ms of `performance.now()`. */
export class Ledger {
  readonly jobs = new Map<string, JobState>();
  /** What each worker holds. */
  readonly hands: Map<string, Hand>[];
  /** What workers hold that were stopped: they may come round after their locks have ended. */
  readonly frozen: Map<string, Hand>[];
  /** What was handed out in replies that did not arrive. */
  readonly unheard: Map<string, Hand>[];
  /** Jobs of dead workers whose locks have not ended. */
  readonly abandoned = new Set<string>();
  readonly parked = new Map<string, { from: number; until: number }>();
  readonly retired = new Map<string, number>();
  readonly cooling = new Map<string, { from: number; until: number }>();
  readonly startedAt = performance.now();
  steps = 0;
  calls = 0;
  lateGrants = 0;
  /** Jobs that came by a standing order. */
  deliveries = 0;
  #sent = new Map<string, number[]>();
  #sentOnDay = new Map<string, number>();

  constructor(workers: number) {
    const none = () =>
      Array.from({ length: workers }, () => new Map<string, Hand>());
    this.hands = none();
    this.frozen = none();
    this.unheard = none();
  }

  stateOf(jobId: string): JobState {
    const state = this.jobs.get(jobId);
    if (!state) throw new Error(`${jobId} was never added`);
    return state;
  }

  /** A worker was given a job: nobody else who lives may hold it, and it must not be over. */
  take(worker: number, { id, token }: CompletionJob): void {
    const jobId = String(id);
    const job = this.stateOf(jobId);
    if (job.state === "done") throw new Error(`${jobId} was over`);
    if (job.holder?.isAlive) {
      throw new Error(`${jobId} is held by worker ${job.holder.worker}, too`);
    }
    job.state = "held";
    job.holder = { worker, token, isAlive: true };
  }

  leave(jobId: string, state: JobState["state"]): void {
    const job = this.stateOf(jobId);
    job.state = state;
    delete job.holder;
  }

  /** A grant must respect what was surely so when Redis gave it. */
  checkGrant({ key, model }: Grant, { askedAt, answeredAt }: Asked): void {
    const holds = (period: { from: number; until: number } | undefined) =>
      period && askedAt > period.from && answeredAt < period.until;
    if (holds(this.parked.get(key.account))) {
      throw new Error(`${key.account} is parked and was granted`);
    }
    if (holds(this.cooling.get(model))) {
      throw new Error(`${model} cools down and was granted`);
    }
    if (askedAt > (this.retired.get(key.id) ?? Number.POSITIVE_INFINITY)) {
      throw new Error(`A retired key of ${key.account} was granted`);
    }
  }

  /** A call goes out: no window and no day of its account may hold more than its limit. */
  recordCall({ key: { account } }: Grant, at: number): void {
    this.calls += 1;
    const times = this.#sent.get(account) ?? [];
    this.#sent.set(account, times);
    times.push(at);
    times.sort((a, b) => a - b);
    const { perMinute, perDay, windowMs, dayMs } = limits;
    for (let i = perMinute; i < times.length; i += 1) {
      const apart = (times[i] ?? 0) - (times[i - perMinute] ?? 0);
      if (apart < windowMs) {
        throw new Error(
          `${perMinute + 1} calls of ${account} within ${apart.toFixed(2)} ms`,
        );
      }
    }
    const wallAt = performance.timeOrigin + at;
    const day = `${account} ${Math.floor(wallAt / dayMs)}`;
    const used = (this.#sentOnDay.get(day) ?? 0) + 1;
    this.#sentOnDay.set(day, used);
    if (used > perDay) throw new Error(`${used} calls of ${account} in a day`);
  }
}
