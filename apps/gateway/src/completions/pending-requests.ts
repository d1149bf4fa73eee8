import { setTimeout as sleep } from "node:timers/promises";
import type { Reply } from "@openrouter-free-pool/shared/replies/reply";
import { withFallback } from "@openrouter-free-pool/shared/timers/with-timeout";
import type { Logger } from "pino";
import { ShortLivedMap } from "../collections/short-lived-map.ts";
import { gatewayStopping } from "../errors/refusals.ts";
import type { JobQueue } from "../jobs/job-queue.ts";
import type { PendingRequest } from "./pending-request.ts";

const pollMs = 50;
/** Without Redis no job can be called off; a gateway that stops does not wait for it. */
const callOffTimeoutMs = 2_000;
/** Commands sent together. */
const removedAtATime = 200;

/** The requests that this gateway process waits for, by the job that stands for each. */
export class PendingRequests {
  readonly #byJob = new ShortLivedMap<string, PendingRequest>();
  readonly #jobs: JobQueue;
  readonly #logger: Logger;
  #isClosed = false;

  constructor(deps: { jobs: JobQueue; logger: Logger }) {
    this.#jobs = deps.jobs;
    this.#logger = deps.logger;
  }

  /**
   * Registers a request. Its job must not exist yet, so that no reply can be missed.
   *
   * @throws {GatewayError} `stopping`.
   */
  add(pending: PendingRequest): void {
    if (this.#isClosed) throw gatewayStopping();
    this.#byJob.set(pending.jobId, pending);
  }

  remove(pending: PendingRequest): void {
    this.#byJob.delete(pending.jobId);
  }

  find(jobId: string): PendingRequest | undefined {
    return this.#byJob.get(jobId);
  }

  /** Delivers a reply to its request; a reply that nobody waits for is dropped. */
  receive(jobId: string, reply: Reply): void {
    if (reply.kind === "orphaned") {
      this.resubmit(jobId).catch((error: unknown) =>
        this.#logger.warn({ jobId, err: error }, "Sending again failed"),
      );
      return;
    }
    this.#byJob.get(jobId)?.receive(reply);
  }

  /** Sends a request again under a new job; the old one is disarmed. */
  async resubmit(jobId: string): Promise<void> {
    const pending = this.#byJob.get(jobId);
    if (!pending) return;
    if (pending.phase === "streaming") {
      pending.breakOff("The job behind the stream was lost");
      return;
    }
    await this.#jobs.disarm(jobId);
    // The client may have gone, or a reply come, in the meantime.
    if (pending.jobId !== jobId || !hasJob(pending)) return;
    this.#byJob.delete(jobId);
    pending.resubmit();
    this.#byJob.set(pending.jobId, pending);
  }

  /**
   * Refuses the queued requests all of whose models are gone. A call under way continues.
   */
  async refuseGone(isGone: (model: string) => boolean): Promise<void> {
    const lost = this.#byJob
      .values()
      .filter(
        ({ phase, request: { model, candidates = [model] } }) =>
          phase === "queued" && candidates.every(isGone),
      );
    for (let at = 0; at < lost.length; at += removedAtATime) {
      const some = lost.slice(at, at + removedAtATime);
      await Promise.all(some.map((pending) => pending.refuseGone()));
    }
  }

  /** Jobs that Redis confirmed at `latest` (ms since the epoch) or before. */
  jobIdsSince(latest: number): string[] {
    return this.#byJob
      .values()
      .filter((pending) => hasJob(pending) || pending.phase === "streaming")
      .filter(({ queuedAt }) => queuedAt <= latest)
      .map(({ jobId }) => jobId);
  }

  /** Requests whose stream has begun. */
  streaming(): PendingRequest[] {
    return this.#byJob.values().filter(({ phase }) => phase === "streaming");
  }

  /**
   * Takes the requests that no worker has off the queue, so that another gateway can lead them. Where that fails, it stays
   * with this gateway.
   */
  async handOver(): Promise<void> {
    const all = this.#byJob.values();
    for (let at = 0; at < all.length; at += removedAtATime) {
      const some = all.slice(at, at + removedAtATime);
      await Promise.allSettled(some.map((pending) => pending.handOver()));
    }
  }

  /**
   * Waits until every request has its reply, for `graceMs` at most. The remaining clients are told
   * to retry later, and their jobs use no more quota.
   */
  async finish(graceMs: number): Promise<void> {
    const deadline = performance.now() + graceMs;
    while (this.#byJob.size > 0 && performance.now() < deadline) {
      await sleep(pollMs);
    }
    this.#isClosed = true;
    const left = this.#byJob.values();
    for (const pending of left) pending.fail(gatewayStopping());
    const calledOff = left.map(({ jobId, request }) =>
      this.#jobs.callOff(jobId, request.client),
    );
    await withFallback(
      Promise.allSettled(calledOff),
      callOffTimeoutMs,
      undefined,
    );
  }
}

/** Whether a job stands for the request, and nothing of its answer has been sent. */
function hasJob({ phase }: PendingRequest): boolean {
  return phase === "queued" || phase === "calling";
}
