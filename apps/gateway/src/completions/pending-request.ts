import { randomUUID } from "node:crypto";
import type {
  FinalReply,
  StreamChunkReply,
  StreamEndReply,
} from "@openrouter-free-pool/shared/replies/reply";
import { withTimeout } from "@openrouter-free-pool/shared/timers/with-timeout";
import type { Logger } from "pino";
import type { HeldBody } from "../bodies/held-body.ts";
import { GatewayError } from "../errors/gateway-error.ts";
import {
  gatewayStopping,
  waitedOut,
  waitedOutUnseen,
} from "../errors/refusals.ts";
import type { StreamProgress } from "../jobs/acknowledge-stream.ts";
import type { JobQueue } from "../jobs/job-queue.ts";
import type { QueuedRequest } from "../jobs/submission.ts";
import { PendingStream, type StreamSink } from "./pending-stream.ts";
import { QueueComments } from "./queue-comments.ts";

/**
 * The life cycle of a request. From every phase it can be settled.
 *
 * - `unqueued`: it has no job yet; Redis may be away.
 * - `queued`: a job stands for it.
 * - `calling`: a worker holds the job. The gateway finds out only when it needs to know.
 * - `streaming`: the client has content: the call counts, and nothing is sent again.
 * - `settled`: the final reply or an error is known.
 */
type PendingPhase = "unqueued" | "queued" | "calling" | "streaming" | "settled";

const transitions = {
  unqueued: ["queued", "settled"],
  // To itself: a new job takes the place of a lost one.
  queued: ["queued", "calling", "streaming", "settled"],
  calling: ["queued", "streaming", "settled"],
  streaming: ["settled"],
  settled: [],
} as const satisfies Record<PendingPhase, readonly PendingPhase[]>;

/** At the deadline a call under way may finish; it is checked again this often. */
const recheckMs = 1_000;
/** Redis may hang; the client must not wait for it. */
const withdrawTimeoutMs = 2_000;
/** A request whose job is lost repeatedly is given up. */
const mostJobs = 6;

/** One waiting request: the owner of its job, deadline, keep-alive comments and stream. */
export class PendingRequest {
  readonly request: QueuedRequest["request"];
  readonly #body: HeldBody;
  readonly #waitsUntil: number;
  readonly #priority: number;
  readonly #isCounted: boolean;
  readonly #maxWaitMs: number;
  readonly #jobs: JobQueue;
  readonly #catchUp: () => Promise<void>;
  readonly #stream: PendingStream | undefined;
  readonly #comments: QueueComments | undefined;
  readonly #onJob: ((jobId: string) => void) | undefined;
  readonly #logger: Logger;
  readonly #outcome = Promise.withResolvers<FinalReply>();
  #phase: PendingPhase = "unqueued";
  #jobId: string = randomUUID();
  #jobCount = 0;
  #queuedAt = Number.POSITIVE_INFINITY;
  /** Until Redis confirms the job, or it cannot be added; never rejects. */
  #adding: Promise<void> = Promise.resolve();
  #deadlineTimer: NodeJS.Timeout | undefined;

  constructor(options: {
    request: QueuedRequest["request"];
    body: HeldBody;
    /** When the client stops waiting in the queue, in ms of `performance.now()`. */
    waitsUntil: number;
    priority: number;
    /** Whether it is one of its client's open requests. */
    isCounted?: boolean;
    maxWaitMs: number;
    jobs: JobQueue;
    /** Delivers all replies that are available at this moment. */
    catchUp: () => Promise<void>;
    /** For a request for a stream. */
    sink: StreamSink | undefined;
    /** How often the client of a waiting stream gets a comment, in ms. */
    commentEveryMs: number;
    /** Called with the id of each new job of the request. */
    onJob?: ((jobId: string) => void) | undefined;
    logger: Logger;
  }) {
    this.request = options.request;
    this.#body = options.body;
    this.#waitsUntil = options.waitsUntil;
    this.#priority = options.priority;
    this.#isCounted = options.isCounted ?? false;
    this.#maxWaitMs = options.maxWaitMs;
    this.#jobs = options.jobs;
    this.#catchUp = options.catchUp;
    this.#onJob = options.onJob;
    this.#logger = options.logger;
    // A request can fail before anything awaits its reply.
    this.#outcome.promise.catch(() => undefined);
    if (options.sink) {
      this.#stream = new PendingStream({
        sink: options.sink,
        acknowledge: (progress) => this.#acknowledge(progress),
      });
      this.#comments = new QueueComments({
        everyMs: options.commentEveryMs,
        readPlace: () => this.#readPlace(),
        write: (comment) => this.#stream?.comment(comment),
      });
    }
  }

  get phase(): PendingPhase {
    return this.#phase;
  }

  /** The job that stands for the request. A lost job is replaced by one with another id. */
  get jobId(): string {
    return this.#jobId;
  }

  /** When Redis confirmed the job, ms since the epoch; infinite until it does. */
  get queuedAt(): number {
    return this.#queuedAt;
  }

  /** The worker that relays the stream. */
  get workerId(): string | undefined {
    return this.#stream?.workerId;
  }

  /** How long the client has read nothing of its stream, in ms. */
  get stalledMs(): number {
    return this.#stream?.stalledMs ?? 0;
  }

  /** Rejects with a {@link GatewayError} when there will be no reply. */
  get reply(): Promise<FinalReply> {
    return this.#outcome.promise;
  }

  /**
   * `unqueued → queued`: puts the request on the queue, watches its deadline, and starts comments.
   * Nothing is sent before that: a request that cannot be queued gets the status of its error.
   */
  enqueue(): void {
    this.#addJob();
    const remainingMs = this.#waitsUntil - performance.now();
    this.#deadlineTimer = setTimeout(
      () => void this.#checkDeadline(),
      Math.max(0, remainingMs),
    );
    this.#comments?.start();
  }

  /** `queued, calling → queued`: sends the request again under a new job. */
  resubmit(): void {
    if (this.#jobCount >= mostJobs) {
      this.fail(
        new GatewayError("worker-crashed", "The request was lost repeatedly"),
      );
      return;
    }
    this.#jobId = randomUUID();
    this.#stream?.restart();
    this.#addJob();
    const { requestId } = this.request;
    const ids = { requestId, jobId: this.#jobId };
    this.#logger.warn(ids, "Sent a lost job again");
  }

  /** Handles one message of a worker about the current job. */
  receive(reply: FinalReply | StreamChunkReply): void {
    if (this.#phase === "settled") return;
    switch (reply.kind) {
      case "stream-start":
      case "stream-data":
        this.#receiveChunk(reply);
        return;
      case "stream-end":
        this.#receiveEnd(reply);
        return;
      default:
        this.#settle(() => this.#outcome.resolve(reply));
    }
  }

  /** Settles the request with an error; no effect on a settled one. */
  fail(error: Error): void {
    if (this.#phase === "settled") return;
    this.#settle(() => this.#outcome.reject(error));
  }

  /** Its models are gone: takes it off the queue, unless a worker has it or has answered it. */
  async refuseGone(): Promise<void> {
    if (this.#phase !== "queued" || this.#queuedAt > Date.now()) return;
    const jobId = this.#jobId;
    const isOffTheQueue = await this.#withdraw();
    if (!isOffTheQueue || this.#jobId !== jobId) return;
    const queueMs = Math.max(0, Date.now() - this.#queuedAt);
    const figures = { queueMs, upstreamMs: 0, calls: 0 };
    this.receive({ kind: "failure", code: "model-gone", ...figures });
  }

  /** Another gateway is to lead it: takes it off the queue, unless a worker has it. */
  async handOver(): Promise<void> {
    if (this.#phase === "unqueued") this.fail(gatewayStopping());
    // A job that is still being added would be on the queue after its removal.
    await this.#adding;
    if (this.#phase !== "queued") return;
    const jobId = this.#jobId;
    const isOffTheQueue = await this.#withdraw();
    if (isOffTheQueue && this.#jobId === jobId) this.fail(gatewayStopping());
  }

  /** Ends a stream that will not be completed. */
  breakOff(message: string): void {
    this.fail(new GatewayError("stream-broken", message));
    this.#callOff();
  }

  /** The client has gone, or nobody needs the reply any more: withdraws the job. */
  hangUp(): void {
    const hadJob = this.#phase !== "unqueued" && this.#phase !== "settled";
    this.fail(new GatewayError("client-gone"));
    if (hadJob) this.#callOff();
  }

  #enter(phase: PendingPhase): void {
    const allowed: readonly PendingPhase[] = transitions[this.#phase];
    if (!allowed.includes(phase)) {
      throw new Error(`A ${this.#phase} request cannot become ${phase}`);
    }
    this.#phase = phase;
  }

  /** A request that was accepted is not refused when its job is lost. */
  get #counting(): QueuedRequest["counting"] {
    if (!this.#isCounted) return undefined;
    return this.#jobCount > 1 ? "counted" : "bounded";
  }

  #addJob(): void {
    this.#enter("queued");
    this.#jobCount += 1;
    this.#queuedAt = Number.POSITIVE_INFINITY;
    const jobId = this.#jobId;
    const isWanted = () => this.#jobId === jobId && this.#phase !== "settled";
    const job = {
      jobId,
      request: this.request,
      body: this.#body,
      priority: this.#priority,
      counting: this.#counting,
    };
    // Not awaited: a reply may come before Redis confirms, and Redis may never do so.
    // Neither result may touch the job that replaced this one.
    this.#adding = this.#jobs.add(job, isWanted).then(
      () => {
        if (!isWanted()) return;
        this.#queuedAt = Date.now();
        this.#onJob?.(jobId);
      },
      (error: Error) => {
        if (isWanted()) this.fail(error);
      },
    );
  }

  /** Settles a request that is not at OpenRouter at its deadline. */
  async #checkDeadline(): Promise<void> {
    const isOffTheQueue = await withTimeout(
      this.#withdraw(),
      withdrawTimeoutMs,
    ).catch(() => undefined);
    if (this.#phase !== "queued" && this.#phase !== "calling") return;
    if (isOffTheQueue) {
      this.fail(waitedOut(this.#maxWaitMs));
      return;
    }
    // Without an answer from Redis a known call may finish. A waiting job is not called any more:
    // workers check the deadline.
    if (isOffTheQueue === undefined && this.#phase === "queued") {
      this.fail(waitedOutUnseen(this.#maxWaitMs));
      return;
    }
    if (this.#phase === "queued") this.#enter("calling");
    this.#deadlineTimer = setTimeout(
      () => void this.#checkDeadline(),
      recheckMs,
    );
  }

  /** @returns whether no worker has the job, and it has no reply. */
  async #withdraw(): Promise<boolean> {
    const isOffTheQueue = await this.#jobs.remove(
      this.#jobId,
      this.request.client,
    );
    // A finished job is off the queue, too: its reply may not have been read yet.
    if (isOffTheQueue) await this.#catchUp();
    return isOffTheQueue;
  }

  async #readPlace(): Promise<number | undefined> {
    if (this.#phase !== "queued") return undefined;
    return this.#jobs.readPlace(this.#jobId, this.request.client);
  }

  #receiveChunk(part: StreamChunkReply): void {
    const decision = this.#stream?.accept(part);
    if (decision === "gap") this.breakOff(chunkLost);
    if (decision !== "next") return;
    const counts = this.#stream?.pass(part) ?? false;
    if (counts && this.#phase !== "streaming") {
      this.#enter("streaming");
      this.#stopTimers();
    } else if (this.#phase === "queued") {
      // Older workers open the stream before they know whether the call counts.
      this.#enter("calling");
    }
  }

  #receiveEnd(end: StreamEndReply): void {
    const decision = this.#stream?.accept(end);
    if (decision === "gap") this.breakOff(chunkLost);
    if (decision === "gap" || decision === "seen") return;
    this.#settle(() => this.#outcome.resolve(end));
  }

  #acknowledge(progress: StreamProgress): void {
    const isCurrent = () => this.#phase !== "settled" && progress.isCurrent();
    this.#jobs
      .acknowledge(this.#jobId, { ...progress, isCurrent })
      .catch((error: unknown) =>
        this.#logger.debug({ err: error }, "Acknowledging a stream failed"),
      );
  }

  #settle(end: () => void): void {
    this.#enter("settled");
    this.#stopTimers();
    end();
  }

  #stopTimers(): void {
    clearTimeout(this.#deadlineTimer);
    this.#comments?.stop();
  }

  #callOff(): void {
    const { requestId, client } = this.request;
    const ids = { requestId, jobId: this.#jobId };
    this.#jobs.callOff(this.#jobId, client).catch((error: unknown) => {
      this.#logger.warn({ ...ids, err: error }, "Calling off failed");
    });
  }
}

const chunkLost = "A part of the stream was lost";
