import { setTimeout as sleep } from "node:timers/promises";
import type { ApiKey } from "@openrouter-free-pool/shared/key-pool/api-key";
import type { CompletionJob } from "@openrouter-free-pool/shared/queue/completion-job";
import { isOutOfMemory } from "@openrouter-free-pool/shared/redis/out-of-memory";
import type { Logger } from "pino";
import { describeJob } from "../job/describe-job.ts";
import type { JobOutcomes } from "../settle/settle.ts";
import type { Admit } from "./acquire-slot.ts";
import type { GatewayWatch } from "./gateway-watch.ts";
import type { JobOwnership } from "./job-locks.ts";
import type { HandFedWorker } from "./manual-worker.ts";
import type { ProcessCompletion } from "./process-job.ts";
import type { RestGate } from "./slot-forecast.ts";

const pauseAfterErrorMs = 500;
const pauseWhenFullMs = 1_000;
/** More would disturb the order of the line when slots run out on the way. */
const mostAtATime = 16;

/**
 * Takes jobs off the queue, each only when a slot is due, and works on up to
 * `concurrency` of them at a time.
 *
 * BullMQ's own loop would fetch as many jobs as it may run before it starts the
 * first; with a limiter behind it most of them would be put back again, out of
 * order. So jobs are fetched by hand, which BullMQ documents as a pattern.
 */
export class Dispatcher {
  readonly #worker: HandFedWorker;
  readonly #gate: RestGate;
  readonly #ownership: JobOwnership;
  readonly #outcomes: JobOutcomes;
  readonly #admit: Admit;
  readonly #process: ProcessCompletion;
  readonly #gatewayWatch: GatewayWatch;
  readonly #concurrency: number;
  readonly #logger: Logger;
  readonly #inFlight = new Set<Promise<void>>();
  #tokens = 0;
  #isStopping = false;
  #running: Promise<void> | undefined;

  constructor(deps: {
    worker: HandFedWorker;
    gate: RestGate;
    ownership: JobOwnership;
    outcomes: JobOutcomes;
    admit: Admit;
    process: ProcessCompletion;
    gatewayWatch: GatewayWatch;
    concurrency: number;
    logger: Logger;
  }) {
    this.#worker = deps.worker;
    this.#gate = deps.gate;
    this.#ownership = deps.ownership;
    this.#outcomes = deps.outcomes;
    this.#admit = deps.admit;
    this.#process = deps.process;
    this.#gatewayWatch = deps.gatewayWatch;
    this.#concurrency = deps.concurrency;
    this.#logger = deps.logger;
  }

  /** Jobs in hand. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /**
   * Takes no more jobs and waits for those in hand; after `graceMs` their calls
   * are aborted and the jobs put back, so that another worker can take them.
   */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    this.#gate.open();
    const deadline = setTimeout(
      () => this.#ownership.abortAll("worker stops"),
      graceMs,
    );
    await Promise.all(this.#inFlight);
    clearTimeout(deadline);
  }

  /** Resolves when the loop has ended, at the latest when its connections are closed. */
  async ended(): Promise<void> {
    await this.#running;
    await Promise.all(this.#inFlight);
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      try {
        await this.#gate.pass();
        if (this.#inFlight.size >= this.#concurrency) {
          await Promise.race(this.#inFlight);
          continue;
        }
        await this.#takeNext({ block: true });
        await this.#takeMany();
      } catch (error) {
        if (this.#isStopping) return;
        this.#logger.error({ err: error }, "Taking a job off the queue failed");
        await sleep(pauseAfterErrorMs);
      }
    }
  }

  /** While slots are plentiful and jobs wait, several at a time share the round trips. */
  async #takeMany(): Promise<void> {
    for (;;) {
      const free = this.#concurrency - this.#inFlight.size;
      const count = Math.min(this.#gate.room, free, mostAtATime);
      if (count < 2 || this.#isStopping) return;
      this.#gate.room = 0;
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

  /** Returns as soon as it is decided whether the job may go out. */
  async #take(job: CompletionJob, token: string): Promise<void> {
    const jobId = String(job.id);
    const signal = this.#ownership.take(jobId, token);
    if (this.#isStopping) {
      await this.#outcomes.putBack(job);
      return;
    }
    try {
      const grant = await this.#admit(job, signal);
      if (!grant) return;
      this.#work(job, grant.key, signal);
      // Alone and at rest, the next job is waited for rather than asked for in vain.
      const isAlone = this.#inFlight.size === 1;
      if (grant.isLastInLine && isAlone) this.#worker.expectNoJob();
    } catch (error) {
      if (!isOutOfMemory(error)) return this.#abandon(job, error);
      this.#logger.warn(describeJob(job), "Redis is full: no slot was taken");
      this.#gate.closeFor(pauseWhenFullMs);
      await this.#outcomes.putBack(job);
    }
  }

  #work(job: CompletionJob, key: ApiKey, signal: AbortSignal): void {
    const { gatewayId } = job.data;
    const jobId = String(job.id);
    const work = this.#process(job, key, signal)
      .catch((error: unknown) => this.#abandon(job, error))
      .finally(() => {
        this.#inFlight.delete(work);
        this.#gatewayWatch.remove(gatewayId, jobId);
      });
    this.#inFlight.add(work);
    this.#gatewayWatch.add(gatewayId, jobId);
  }

  /** Something unforeseen: without its lock the job comes back by itself. */
  #abandon(job: CompletionJob, error: unknown): void {
    this.#ownership.release(String(job.id));
    this.#logger.error(
      { ...describeJob(job), err: error },
      "Working on a job failed; it will be taken up again",
    );
  }
}
