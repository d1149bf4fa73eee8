import { setImmediate as nextTurn } from "node:timers/promises";
import type { Delivery } from "@openrouter-free-pool/shared/dispatch/standing-orders";
import type {
  TakeJobs,
  Taking,
} from "@openrouter-free-pool/shared/dispatch/take-jobs";
import type { TakenJob } from "@openrouter-free-pool/shared/dispatch/taken-job";
import { withFallback } from "@openrouter-free-pool/shared/timers/with-timeout";
import type { Logger } from "pino";
import { InterruptibleSleep } from "./interruptible-sleep.ts";
import type { Overtaking } from "./overtaking.ts";
import type { SlotForecast } from "./slot-forecast.ts";
import type { JobStarter } from "./start-job.ts";

const pauseAfterErrorMs = 500;
/** Jobs taken at a time: meanwhile Redis does nothing else, and the first of them waits for the last. */
const mostAtATime = 16;
/** A worker that had no job for so long leaves no standing order: renewing it costs more than it saves. */
const idleAfterMs = 5_000;
const longestLastSearchMs = 1_000;
/** The line is polled this often, even when no message says that something is in it. */
const lookAgainMs = 2_000;

/**
 * What fetching does at a moment, and what may follow:
 *
 * - `not-started`.
 * - `paused-until-slot`: the limiter has no slot before a known time.
 * - `at-capacity`: as many calls are in flight as this worker makes.
 * - `fetching`: takes jobs off the queue that have a slot.
 * - `waiting-for-jobs`: nothing is in line.
 * - `recovering`: the last fetch failed; waits before the next one.
 * - `stopping`: takes no more jobs; those in hand go on.
 * - `stopped`: the loop has ended.
 */
const transitions = {
  "not-started": ["paused-until-slot", "at-capacity", "fetching", "stopping"],
  "paused-until-slot": [
    "paused-until-slot",
    "at-capacity",
    "fetching",
    "stopping",
  ],
  "at-capacity": ["paused-until-slot", "at-capacity", "fetching", "stopping"],
  fetching: [
    "paused-until-slot",
    "at-capacity",
    "fetching",
    "waiting-for-jobs",
    "recovering",
    "stopping",
  ],
  "waiting-for-jobs": [
    "paused-until-slot",
    "at-capacity",
    "fetching",
    "recovering",
    "stopping",
  ],
  recovering: ["paused-until-slot", "at-capacity", "fetching", "stopping"],
  stopping: ["stopped"],
  stopped: [],
} as const satisfies Record<string, readonly string[]>;

type Mode = keyof typeof transitions;

/** Meanwhile no jobs are being taken. */
const restingModes: ReadonlySet<Mode> = new Set([
  "paused-until-slot",
  "at-capacity",
  "waiting-for-jobs",
]);

/**
 * Takes jobs off the queue, each with its slot, and has up to `concurrency` of them worked
 * on at a time.
 *
 * BullMQ's own loop would fetch as many jobs as it may run before it starts the first; with a
 * limiter behind it most of them would be put back, out of order. So jobs are fetched manually.
 * Jobs also come by the standing order that is left while nothing is in line: see {@link deliver}.
 */
export class Fetching {
  readonly #takeJobs: TakeJobs;
  readonly #waitForLine: (mostMs: number) => Promise<void>;
  readonly #findLostJobs: () => Promise<readonly TakenJob[]>;
  readonly #endOrders: () => Promise<boolean>;
  readonly #refusals: () => Readonly<Record<string, readonly string[]>>;
  readonly #forecast: SlotForecast;
  readonly #overtaking: Overtaking;
  readonly #jobs: JobStarter;
  readonly #concurrency: number;
  readonly #logger: Logger;
  readonly #pause = new InterruptibleSleep();
  readonly #drained = new InterruptibleSleep();
  #mode: Mode = "not-started";
  #inFlight = 0;
  #hadJobAt = Number.NEGATIVE_INFINITY;
  #mayHaveLostJobs = false;
  /** While lost jobs are looked for. */
  #search: Promise<void> | undefined;
  /** What came meanwhile. It is put back: the search may have found it, too, and its client may have gone. */
  readonly #postponed: Delivery[] = [];
  readonly #starting = new Set<Promise<unknown>>();
  #running: Promise<void> | undefined;

  constructor(deps: {
    takeJobs: TakeJobs;
    /** Waits until something may be in line, at most so long. */
    waitForLine: (mostMs: number) => Promise<void>;
    findLostJobs: () => Promise<readonly TakenJob[]>;
    /** Ends standing orders; resolves when what came by them has been delivered, with false where Redis does not answer. */
    endOrders: () => Promise<boolean>;
    /** The accounts that refuse a model, by model. */
    refusals: () => Readonly<Record<string, readonly string[]>>;
    forecast: SlotForecast;
    overtaking: Overtaking;
    jobs: JobStarter;
    concurrency: number;
    logger: Logger;
  }) {
    this.#takeJobs = deps.takeJobs;
    this.#waitForLine = deps.waitForLine;
    this.#findLostJobs = deps.findLostJobs;
    this.#endOrders = deps.endOrders;
    this.#refusals = deps.refusals;
    this.#forecast = deps.forecast;
    this.#overtaking = deps.overtaking;
    this.#jobs = deps.jobs;
    this.#concurrency = deps.concurrency;
    this.#logger = deps.logger;
  }

  /** Jobs in hand. */
  get inFlight(): number {
    return this.#inFlight;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Call it when slots may have become free earlier than the limiter said. */
  checkAgain(): void {
    this.#forecast.reset();
    if (this.#mode === "paused-until-slot") this.#pause.wake();
  }

  /** A job may have been on its way to this worker, and is lost: it is looked for, as soon as no jobs are being taken. */
  mayHaveLostJobs(): void {
    this.#mayHaveLostJobs = true;
    if (restingModes.has(this.#mode)) this.#searchMeanwhile();
  }

  /** Starts jobs that came by the worker's standing order, at once: a cancellation may come right behind. */
  deliver(delivery: Delivery): void {
    if (this.#search) {
      this.#postponed.push(delivery);
      return;
    }
    const { jobs, waiting } = delivery;
    this.#watch(this.#startAll(this.#unknown(jobs), waiting));
  }

  #putBackPostponed(): void {
    for (const { jobs } of this.#postponed.splice(0)) {
      for (const taken of this.#unknown(jobs)) {
        this.#watch(this.#jobs.putBack(taken));
      }
    }
  }

  #unknown(jobs: readonly TakenJob[]): TakenJob[] {
    return jobs.filter(({ job }) => !this.#jobs.hasStarted(job));
  }

  #watch(starting: Promise<unknown>): void {
    const started = starting.catch((error: unknown) => {
      this.#logger.error({ err: error }, "Starting a job failed");
    });
    this.#starting.add(started);
    void started.then(() => this.#starting.delete(started));
  }

  /** Takes no more jobs, and resolves when those in hand have ended. */
  async stop(): Promise<void> {
    if (this.#isRunning) this.#enter("stopping");
    this.#pause.wake();
    // What was pushed and did not arrive is put back, too.
    if (await this.#endOrders()) this.#mayHaveLostJobs = true;
    await Promise.all(this.#starting);
    // They are put back. Redis may not answer.
    const search = this.#takeLostJobs().catch((error: unknown) => {
      this.#logger.error({ err: error }, "Looking for lost jobs failed");
    });
    await withFallback(search, longestLastSearchMs, undefined);
    this.#putBackPostponed();
    await Promise.all(this.#starting);
    while (this.#inFlight > 0) await this.#drained.sleep();
  }

  /** Resolves when the loop has ended, at the latest when its connections are closed. */
  async ended(): Promise<void> {
    await this.#running;
    while (this.#inFlight > 0) await this.#drained.sleep();
  }

  get #isRunning(): boolean {
    return this.#mode !== "stopping" && this.#mode !== "stopped";
  }

  #enter(mode: Mode): void {
    const allowed: readonly Mode[] = transitions[this.#mode];
    if (!allowed.includes(mode)) {
      throw new Error(`Fetching cannot go from ${this.#mode} to ${mode}`);
    }
    this.#mode = mode;
  }

  async #run(): Promise<void> {
    while (this.#isRunning) {
      const pauseMs = this.#forecast.pauseMs;
      if (pauseMs > 0) {
        this.#enter("paused-until-slot");
        this.#searchMeanwhile();
        await this.#pause.sleep(pauseMs);
      } else if (this.#inFlight >= this.#concurrency) {
        this.#enter("at-capacity");
        this.#searchMeanwhile();
        await this.#pause.sleep();
      } else {
        this.#enter("fetching");
        await this.#fetch();
      }
    }
    this.#enter("stopped");
  }

  async #fetch(): Promise<void> {
    try {
      if (this.#mayHaveLostJobs || this.#search) await this.#takeLostJobs();
      if (!this.#isRunning) return;
      const room = this.#concurrency - this.#inFlight;
      const { epoch } = this.#forecast;
      const taking = await this.#takeJobs(
        Math.min(Math.max(room, 1), mostAtATime),
        {
          refusals: this.#refusals(),
          fullClients: this.#jobs.findFullClients(this.#concurrency),
          mostByOrder: this.#mostByOrder,
        },
      );
      this.#expect(taking, epoch);
      await this.#startAll(taking.jobs, taking.waiting);
      if (taking.waiting > 0 || this.#mayHaveLostJobs || !this.#isRunning) {
        return;
      }
      if (this.#inFlight >= this.#concurrency) return;
      this.#enter("waiting-for-jobs");
      // The calls of the jobs that were just taken go out first.
      await nextTurn();
      if (!this.#isRunning) return;
      await this.#waitForLine(
        Math.min(
          taking.dueMs ?? lookAgainMs,
          taking.renewMs ?? lookAgainMs,
          lookAgainMs,
        ),
      );
    } catch (error) {
      if (!this.#isRunning) return;
      this.#mayHaveLostJobs = true;
      this.#enter("recovering");
      this.#logger.error({ err: error }, "Taking a job off the queue failed");
      await this.#pause.sleep(pauseAfterErrorMs);
    }
  }

  get #mostByOrder(): number {
    const isIdle = performance.now() - this.#hadJobAt > idleAfterMs;
    return isIdle && this.#inFlight === 0
      ? 0
      : this.#jobs.countRoom(this.#concurrency);
  }

  /** Looks for lost jobs where some may be. One search at a time: two of them would find the same jobs. */
  #takeLostJobs(): Promise<void> {
    this.#search ??= this.#searchOnce().finally(() => {
      this.#search = undefined;
      this.#putBackPostponed();
    });
    // Another loss may have been noted meanwhile.
    return this.#search.then(() =>
      this.#mayHaveLostJobs ? this.#takeLostJobs() : undefined,
    );
  }

  #searchMeanwhile(): void {
    if (!this.#mayHaveLostJobs) return;
    this.#takeLostJobs().catch((error: unknown) => {
      this.#mayHaveLostJobs = true;
      this.#logger.warn({ err: error }, "Looking for lost jobs failed");
      setTimeout(() => this.mayHaveLostJobs(), pauseAfterErrorMs).unref();
    });
  }

  async #searchOnce(): Promise<void> {
    if (!this.#mayHaveLostJobs) return;
    this.#mayHaveLostJobs = false;
    for (const taken of await this.#findLostJobs()) await this.#start(taken);
  }

  #expect({ slotMs }: Taking, askedIn: number): void {
    if (slotMs === 0) return;
    this.#forecast.pauseFor(slotMs < 0 ? lookAgainMs : slotMs, askedIn);
  }

  async #startAll(jobs: readonly TakenJob[], waiting: number): Promise<void> {
    await Promise.all(jobs.map((taken) => this.#start(taken)));
    // Where nobody waits, nobody was overtaken.
    if (waiting === 0) return;
    for (const { job, slot } of jobs) {
      if (slot?.kind !== "granted") continue;
      this.#overtaking.countCall(job.priority).catch((error: unknown) => {
        this.#logger.warn({ err: error }, "Moving a job to the front failed");
      });
    }
  }

  async #start(taken: TakenJob): Promise<void> {
    const hasRoom = this.#inFlight < this.#concurrency;
    if (!this.#isRunning || !hasRoom) return this.#jobs.putBack(taken);
    // Before anything is awaited: others that are started at the same time see it.
    this.#inFlight += 1;
    try {
      const started = await this.#jobs.start(taken);
      void Promise.resolve(started?.ended).then(() => this.#jobEnded());
    } catch (error) {
      this.#jobEnded();
      throw error;
    }
  }

  #jobEnded(): void {
    this.#inFlight -= 1;
    this.#hadJobAt = performance.now();
    if (this.#mode === "at-capacity") this.#pause.wake();
    if (this.#inFlight === 0) this.#drained.wake();
  }
}
