import type { CompletionJob } from "@openrouter-free-pool/shared/queue/completion-job";
import type { Logger } from "pino";
import type { LostFetch } from "./lost-fetches.ts";
import type { ManualWorker } from "./manual-worker.ts";
import type { SlotForecast } from "./slot-forecast.ts";
import type { JobStarter } from "./start-job.ts";
import { Waker } from "./waker.ts";

const pauseAfterErrorMs = 500;
/** More would disturb the order of the line when slots run out on the way. */
const mostAtATime = 16;

/**
 * What fetching does at a moment, and what may follow:
 *
 * - `idle`: not started.
 * - `paused-until-slot`: the limiter has no slot before a known time.
 * - `at-capacity`: as many calls are in flight as this worker makes.
 * - `fetching`: asks the queue for jobs; it waits there while the queue is empty.
 * - `recovering`: the queue could not be asked; waits before the next try.
 * - `stopping`: takes no more jobs; those in hand go on.
 * - `stopped`: the loop has ended.
 */
const transitions = {
  idle: ["paused-until-slot", "at-capacity", "fetching", "stopping"],
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
    "recovering",
    "stopping",
  ],
  recovering: ["paused-until-slot", "at-capacity", "fetching", "stopping"],
  stopping: ["stopped"],
  stopped: [],
} as const satisfies Record<string, readonly string[]>;

type Mode = keyof typeof transitions;

/**
 * Takes jobs off the queue, each only when a slot is due, and has up to `concurrency` of them
 * worked on at a time.
 *
 * BullMQ's own loop would fetch as many jobs as it may run before it starts the first; with a
 * limiter behind it most of them would be put back again, out of order. So jobs are fetched by
 * hand, which BullMQ documents as a pattern.
 */
export class Fetching {
  readonly #worker: ManualWorker;
  readonly #forecast: SlotForecast;
  readonly #jobs: JobStarter;
  readonly #findLostFetches: () => Promise<readonly LostFetch[]>;
  readonly #concurrency: number;
  readonly #logger: Logger;
  readonly #waker = new Waker();
  readonly #drained = new Waker();
  #mode: Mode = "idle";
  #inFlight = 0;
  #tokens = 0;
  #mayHaveLostFetches = false;
  #running: Promise<void> | undefined;

  constructor(deps: {
    worker: ManualWorker;
    forecast: SlotForecast;
    jobs: JobStarter;
    findLostFetches: () => Promise<readonly LostFetch[]>;
    concurrency: number;
    logger: Logger;
  }) {
    this.#worker = deps.worker;
    this.#forecast = deps.forecast;
    this.#jobs = deps.jobs;
    this.#findLostFetches = deps.findLostFetches;
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

  /** Slots may have become free earlier than was said. */
  checkAgain(): void {
    this.#forecast.reset();
    if (this.#mode === "paused-until-slot") this.#waker.wake();
  }

  /** The connection was cut: a reply with a job may have been on its way. */
  connectionLost(): void {
    this.#mayHaveLostFetches = true;
  }

  /** Takes no more jobs, and resolves when those in hand have ended. */
  async stop(): Promise<void> {
    if (this.#isRunning) this.#enter("stopping");
    this.#waker.wake();
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
        await this.#waker.sleep(pauseMs);
      } else if (this.#inFlight >= this.#concurrency) {
        this.#enter("at-capacity");
        await this.#waker.sleep();
      } else {
        this.#enter("fetching");
        await this.#fetch();
      }
    }
    this.#enter("stopped");
  }

  async #fetch(): Promise<void> {
    try {
      await this.#takeLostFetches();
      await this.#takeNext({ block: true });
      await this.#takeMany();
    } catch (error) {
      if (!this.#isRunning) return;
      this.#mayHaveLostFetches = true;
      this.#enter("recovering");
      this.#logger.error({ err: error }, "Taking a job off the queue failed");
      await this.#waker.sleep(pauseAfterErrorMs);
    }
  }

  async #takeLostFetches(): Promise<void> {
    if (!this.#mayHaveLostFetches) return;
    this.#mayHaveLostFetches = false;
    for (const { job, token } of await this.#findLostFetches()) {
      await this.#take(job, token);
    }
  }

  /** While slots are plentiful and jobs wait, several at a time share the round trips. */
  async #takeMany(): Promise<void> {
    while (this.#isRunning) {
      const room = this.#concurrency - this.#inFlight;
      const count = this.#forecast.takeFree(Math.min(room, mostAtATime));
      if (count < 2) return;
      const takes = Array.from({ length: count }, () =>
        this.#takeNext({ block: false }),
      );
      await Promise.all(takes);
    }
  }

  /** Takes the next job off the queue, waiting for one if told so. */
  async #takeNext(options: { block: boolean }): Promise<void> {
    const token = `${this.#worker.id}:${this.#tokens++}`;
    const job = await this.#worker.getNextJob(token, options);
    if (job) await this.#take(job, token);
  }

  async #take(job: CompletionJob, token: string): Promise<void> {
    if (!this.#isRunning) return this.#jobs.putBack(job, token);
    const started = await this.#jobs.start(job, token);
    if (!started) return;
    this.#inFlight += 1;
    void started.ended.then(() => this.#jobEnded());
    // Alone and without a backlog, the next job is waited for rather than asked for in vain.
    if (started.isLastInLine && this.#inFlight === 1) {
      this.#worker.expectNoJob();
    }
  }

  #jobEnded(): void {
    this.#inFlight -= 1;
    if (this.#mode === "at-capacity") this.#waker.wake();
    if (this.#inFlight === 0) this.#drained.wake();
  }
}
