import { randomUUID } from "node:crypto";
import type { CompletionRequest } from "@openrouter-free-pool/shared/queue/completion-job";
import type {
  OrphanedReply,
  Reply,
} from "@openrouter-free-pool/shared/replies/reply";
import { GatewayError } from "../openai/gateway-error.ts";

const retryAfterMs = 5_000;

/** What ends a request: an answer, or the reason why there is none. */
export type FinalReply = Exclude<Reply, OrphanedReply>;

/** A request whose client is connected and waits. */
export type WaitingRequest = {
  /** The job that stands for it. A lost job is replaced by one with another id. */
  jobId: string;
  /** When the job was made, ms since the epoch. */
  since: number;
  readonly request: CompletionRequest;
  readonly priority: number;
  readonly settle: (outcome: FinalReply | Error) => void;
};

/** The requests that this gateway process waits for, by the job that stands for each. */
export class WaitingRequests {
  readonly #byJob = new Map<string, WaitingRequest>();
  #isClosed = false;

  get size(): number {
    return this.#byJob.size;
  }

  /**
   * Starts waiting. To be called before the job exists, so that no reply can come too early.
   *
   * @throws {GatewayError} `stopping`.
   */
  add(
    what: Pick<WaitingRequest, "request" | "priority" | "settle">,
  ): WaitingRequest {
    if (this.#isClosed) throw stopping();
    const waiting = { ...what, jobId: randomUUID(), since: Date.now() };
    this.#byJob.set(waiting.jobId, waiting);
    return waiting;
  }

  find(jobId: string): WaitingRequest | undefined {
    return this.#byJob.get(jobId);
  }

  /** Ends the waiting for a job, once: a second end is of no effect. */
  settle(jobId: string, outcome: FinalReply | Error): void {
    const waiting = this.#byJob.get(jobId);
    this.#byJob.delete(jobId);
    waiting?.settle(outcome);
  }

  /** Lets a new job stand for a request whose job was lost. */
  replaceJob(waiting: WaitingRequest): void {
    this.#byJob.delete(waiting.jobId);
    waiting.jobId = randomUUID();
    waiting.since = Date.now();
    this.#byJob.set(waiting.jobId, waiting);
  }

  /** Jobs that have been waited for since `latest` (ms since the epoch) or longer. */
  jobIdsSince(latest: number): string[] {
    return [...this.#byJob.values()]
      .filter(({ since }) => since <= latest)
      .map(({ jobId }) => jobId);
  }

  /** Ends all waiting, for good. @returns the jobs that nobody waits for any more. */
  close(): string[] {
    this.#isClosed = true;
    const jobIds = [...this.#byJob.keys()];
    for (const jobId of jobIds) this.settle(jobId, stopping());
    return jobIds;
  }
}

function stopping(): GatewayError {
  return new GatewayError(
    "stopping",
    "This gateway stopped before the request had its turn",
    { retryAfterMs },
  );
}
