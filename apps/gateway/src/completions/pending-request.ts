import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { CompletionRequest } from "@openrouter-free-pool/shared/queue/completion-job";
import type {
  FinalReply,
  StreamDataReply,
  StreamPartReply,
  StreamStartReply,
} from "@openrouter-free-pool/shared/replies/reply";
import { acknowledgeEveryBytes } from "@openrouter-free-pool/shared/replies/stream-credit";
import type { Logger } from "pino";
import { GatewayError } from "../gateway-error.ts";
import { waitedOut } from "../refusals.ts";
import type { JobQueue } from "./job-queue.ts";
import { hasEvent, StreamSequence } from "./stream-sequence.ts";

/**
 * The life of a request. From every phase it can be settled.
 *
 * - `held`: it has no job yet; Redis may be away.
 * - `queued`: a job stands for it.
 * - `calling`: a worker holds the job. The gateway learns of it only when it has to know.
 * - `streaming`: the client has content: the call counts, and nothing is sent again.
 * - `settled`: the final reply or an error is known.
 */
export type PendingPhase =
  | "held"
  | "queued"
  | "calling"
  | "streaming"
  | "settled";

const transitions = {
  held: ["queued", "settled"],
  // To itself: a new job takes the place of a lost one.
  queued: ["queued", "calling", "streaming", "settled"],
  calling: ["queued", "streaming", "settled"],
  streaming: ["settled"],
  settled: [],
} as const satisfies Record<PendingPhase, readonly PendingPhase[]>;

/** Takes a stream in on behalf of its client. */
export type StreamSink = {
  /** Shows that the request is alive while it waits. */
  comment(text: string): void;
  /** OpenRouter has opened a stream. Older workers say so before the call counts. */
  open(start: StreamStartReply): void;
  /** The call counts: its first content follows. */
  begin(): void;
  /** @param onTaken is called when the client's socket has taken the chunk. */
  write(chunk: Buffer, onTaken: () => void): void;
};

/** At the deadline a call under way may finish; it is checked again this often. */
const recheckMs = 1_000;
/** Redis may hang; the client must not wait for it. */
const removeTimeoutMs = 2_000;
const placeTimeoutMs = 1_000;
/** A request whose job is lost again and again is given up. */
const mostJobs = 6;

/** One waiting request: the owner of its job, deadline, keep-alive comments and stream. */
export class PendingRequest {
  readonly request: CompletionRequest;
  readonly #priority: number;
  readonly #maxWaitMs: number;
  readonly #jobs: JobQueue;
  readonly #sink: StreamSink | undefined;
  readonly #logger: Logger;
  readonly #outcome = Promise.withResolvers<FinalReply>();
  #phase: PendingPhase = "held";
  #jobId: string = randomUUID();
  #jobCount = 0;
  #queuedAt = Number.POSITIVE_INFINITY;
  #deadlineTimer: NodeJS.Timeout | undefined;
  #keepAliveTimer: NodeJS.Timeout | undefined;
  readonly #sequence = new StreamSequence();
  #start: StreamStartReply | undefined;
  #untakenChunks = 0;
  #progressAt = 0;
  #takenBytes = 0;
  #acknowledgedBytes = 0;

  constructor(options: {
    request: CompletionRequest;
    priority: number;
    maxWaitMs: number;
    jobs: JobQueue;
    /** Of a request for a stream. */
    sink: StreamSink | undefined;
    /** How often the client of a waiting stream gets a comment, in ms. */
    commentEveryMs: number;
    logger: Logger;
  }) {
    this.request = options.request;
    this.#priority = options.priority;
    this.#maxWaitMs = options.maxWaitMs;
    this.#jobs = options.jobs;
    this.#sink = options.sink;
    this.#logger = options.logger;
    // A request can fail before anything waits for its reply.
    this.#outcome.promise.catch(() => undefined);
    if (options.sink) {
      this.#keepAliveTimer = setInterval(
        () => void this.#comment(),
        options.commentEveryMs,
      );
    }
  }

  get phase(): PendingPhase {
    return this.#phase;
  }

  /** The job that stands for the request. A lost job is replaced by one with another id. */
  get jobId(): string {
    return this.#jobId;
  }

  /** When the job was made, ms since the epoch. */
  get queuedAt(): number {
    return this.#queuedAt;
  }

  /** The worker that relays the stream. */
  get workerId(): string | undefined {
    return this.#start?.workerId;
  }

  /** For how long the client has taken nothing of what was written, in ms. */
  get stalledMs(): number {
    return this.#untakenChunks === 0 ? 0 : performance.now() - this.#progressAt;
  }

  /** Rejects with a {@link GatewayError} when there will be no reply. */
  get reply(): Promise<FinalReply> {
    return this.#outcome.promise;
  }

  /** `held → queued`: puts the request on the queue and watches its deadline. */
  enqueue(): void {
    this.#addJob();
    const remainingMs = this.request.deadline - Date.now();
    this.#deadlineTimer = setTimeout(
      () => void this.#checkDeadline(),
      Math.max(0, remainingMs),
    );
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
    this.#start = undefined;
    this.#addJob();
    const { requestId } = this.request;
    const ids = { requestId, jobId: this.#jobId };
    this.#logger.warn(ids, "Sent a lost job again");
  }

  /** Takes one message of the worker about the current job. */
  receive(reply: FinalReply | StreamPartReply): void {
    if (this.#phase === "settled") return;
    switch (reply.kind) {
      case "stream-start":
      case "stream-data":
        this.#receivePart(reply);
        return;
      case "stream-end":
        if (this.#sequence.accept(reply) !== "next") this.breakOff(partLost);
        else this.#settle(() => this.#outcome.resolve(reply));
        return;
      default:
        this.#settle(() => this.#outcome.resolve(reply));
    }
  }

  /** Settles the request with an error; without effect on a settled one. */
  fail(error: Error): void {
    if (this.#phase === "settled") return;
    this.#settle(() => this.#outcome.reject(error));
  }

  /** Ends a stream whose rest will not come. */
  breakOff(message: string): void {
    this.fail(new GatewayError("stream-broken", message));
    this.#callOff();
  }

  /** The client has gone, or nobody wants the reply any more: the job is withdrawn. */
  hangUp(): void {
    const hadJob = this.#phase !== "held" && this.#phase !== "settled";
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

  #addJob(): void {
    this.#enter("queued");
    this.#jobCount += 1;
    this.#queuedAt = Date.now();
    const jobId = this.#jobId;
    const isWanted = () => this.#jobId === jobId && this.#phase !== "settled";
    const job = { jobId, request: this.request, priority: this.#priority };
    // Not awaited: a reply may come before Redis confirms, and Redis may never do so.
    this.#jobs.add(job, isWanted).catch((error: Error) => {
      // A late failure must not settle the job that replaced this one.
      if (isWanted()) this.fail(error);
    });
  }

  /** Settles a request that is not at OpenRouter at its deadline. */
  async #checkDeadline(): Promise<void> {
    // A job that Redis does not remove in time is not called either: workers check the deadline.
    const isOffTheQueue = await Promise.race([
      this.#jobs.remove(this.#jobId).catch(() => true),
      sleep(removeTimeoutMs, true, { ref: false }),
    ]);
    if (this.#phase !== "queued" && this.#phase !== "calling") return;
    if (isOffTheQueue) {
      this.fail(waitedOut(this.#maxWaitMs));
      return;
    }
    if (this.#phase === "queued") this.#enter("calling");
    this.#deadlineTimer = setTimeout(
      () => void this.#checkDeadline(),
      recheckMs,
    );
  }

  async #comment(): Promise<void> {
    const place =
      this.#phase === "queued"
        ? await Promise.race([
            this.#jobs.readPlace(this.#jobId).catch(() => undefined),
            sleep(placeTimeoutMs, undefined, { ref: false }),
          ])
        : undefined;
    if (this.#phase === "streaming" || this.#phase === "settled") return;
    this.#sink?.comment(`queued position=${place ?? 0}`);
  }

  #receivePart(part: StreamPartReply): void {
    const earlierCall = this.#sequence.call;
    const decision = this.#sequence.accept(part);
    if (decision === "seen") return;
    if (decision === "gap") {
      this.breakOff(partLost);
      return;
    }
    if (part.call !== earlierCall) {
      this.#takenBytes = 0;
      this.#acknowledgedBytes = 0;
    }
    if (part.kind === "stream-data") this.#pass(part);
    else this.#recordCall(part);
  }

  /** Older workers send the start before they know whether the call counts. */
  #recordCall(start: StreamStartReply): void {
    this.#start = start;
    if (this.#phase === "queued") this.#enter("calling");
  }

  #pass({ isBeginning, body }: StreamDataReply): void {
    if (this.#phase !== "streaming") {
      if (this.#start) this.#sink?.open(this.#start);
      if (isBeginning || hasEvent(body)) {
        this.#enter("streaming");
        this.#stopTimers();
        this.#sink?.begin();
      }
    }
    if (this.#untakenChunks === 0) this.#progressAt = performance.now();
    this.#untakenChunks += 1;
    this.#sink?.write(body, () => this.#countTaken(body.length));
  }

  #countTaken(bytes: number): void {
    this.#untakenChunks -= 1;
    this.#progressAt = performance.now();
    this.#takenBytes += bytes;
    const newBytes = this.#takenBytes - this.#acknowledgedBytes;
    const workerId = this.#start?.workerId;
    if (newBytes < acknowledgeEveryBytes || workerId === undefined) return;
    this.#acknowledgedBytes = this.#takenBytes;
    this.#jobs
      .acknowledge({ workerId, jobId: this.#jobId }, this.#takenBytes)
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
    clearInterval(this.#keepAliveTimer);
  }

  #callOff(): void {
    const { requestId } = this.request;
    const ids = { requestId, jobId: this.#jobId };
    this.#jobs.callOff(this.#jobId).catch((error: unknown) => {
      this.#logger.warn({ ...ids, err: error }, "Calling off failed");
    });
  }
}

const partLost = "A part of the stream was lost";
