import { randomUUID } from "node:crypto";
import type { CompletionRequest } from "@openrouter-free-pool/shared/queue/completion-job";
import type {
  FinalReply,
  StreamPartReply,
} from "@openrouter-free-pool/shared/replies/reply";
import { GatewayError } from "../gateway-error.ts";
import type { HeldBody } from "./held-body.ts";

const retryAfterMs = 5_000;

/** A request whose client is connected and waits. */
export type WaitingRequest = {
  /** The job that stands for it. A lost job is replaced by one with another id. */
  jobId: string;
  /** When the job was made, ms since the epoch. */
  since: number;
  readonly request: Omit<CompletionRequest, "body">;
  readonly body: HeldBody;
  readonly priority: number;
  /** Takes a part of a stream. @returns false when a part before it is lost. */
  readonly receive: (part: StreamPartReply) => boolean;
  readonly settle: (outcome: FinalReply | Error) => void;
  /** The worker that relays its stream. */
  workerId?: string;
  /** Whether an event of a stream has come: from then on nothing is sent again. */
  hasBegun: boolean;
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
    what: Pick<
      WaitingRequest,
      "request" | "body" | "priority" | "receive" | "settle"
    >,
  ): WaitingRequest {
    if (this.#isClosed) throw stopping();
    const waiting = {
      ...what,
      jobId: randomUUID(),
      since: Date.now(),
      hasBegun: false,
    };
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

  /** Streams that have begun, and the workers that relay them. */
  begunStreams(): { jobId: string; workerId: string }[] {
    return [...this.#byJob.values()].flatMap(({ jobId, workerId, hasBegun }) =>
      hasBegun && workerId !== undefined ? [{ jobId, workerId }] : [],
    );
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
