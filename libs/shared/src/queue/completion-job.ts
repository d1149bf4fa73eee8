import type { Job } from "bullmq";
import type { AnswerCheck } from "../api/answer-checks.ts";

/** Name of every job: BullMQ keeps it several times, so no client may choose it. */
export const completionJobName = "completion";

/** Larger bodies do not travel in the job, in bytes. */
export const largestInlineBodyBytes = 64 * 1024;

/** What travels through the queue. It never holds a key. */
export type CompletionRequest = {
  readonly requestId: string;
  /** Name of the client, for logs; undefined when clients need no key. */
  readonly client?: string | undefined;
  /** The gateway process that waits for the result. */
  readonly gatewayId: string;
  /** Where the call goes, below OPENROUTER_BASE_URL, such as `/chat/completions`. */
  readonly path: string;
  /** Whether the client wants the answer as a stream of events. */
  readonly isStream: boolean;
  /** The model, or the alias, that the request asks for first. */
  readonly model: string;
  /** Models that may answer, best one first, where that is not just `model`. */
  readonly candidates?: readonly string[] | undefined;
  /** Those of them that are paid for; absent: none. */
  readonly paidModels?: readonly string[] | undefined;
  /**
   * The client's body, byte for byte (it is valid UTF-8). Absent when it is larger than
   * {@link largestInlineBodyBytes}: then a Redis string of its own holds it, `body:<job id>`.
   */
  readonly body?: string | undefined;
  /** Bytes that may stay of body and answer when the request is over. */
  readonly keptPayloadBytes?: number | undefined;
  /** Client headers that go on to OpenRouter, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the answer is checked for; absent when it is not checked, as that of a stream. */
  readonly answerCheck?: readonly AnswerCheck[] | undefined;
  /** When the gateway took the request in, ms since the epoch of Redis's clock. */
  readonly receivedAt: number;
  /** When the client stops waiting in the queue, ms since the epoch of Redis's clock. */
  readonly deadline: number;
};

/** What happened to a request so far; kept on the job between dispatches. */
export type CompletionProgress = {
  /** Calls made to OpenRouter, refused ones included. */
  readonly calls: number;
  /** Mask of the key that was called with last. */
  readonly key?: string;
  /** Calls that failed in a way that counts against MAX_ATTEMPTS. */
  readonly failures: number;
  /** Whether the client has got the first event of a stream: nothing may be called again. */
  readonly hasBegun?: boolean;
  /** Accounts that refused the request in a way that another account may not. */
  readonly refusedBy?: readonly string[];
  /** Models that failed to answer the request; the others are tried before them. */
  readonly triedModels?: readonly string[];
  /** Whether a key or an account was retired because of this request: one at most is. */
  readonly hasRetired?: boolean;
};

/** A request on the queue. */
export type CompletionJob = Job<CompletionRequest, void>;

/** Reads a job's progress; a new job has none. */
export function readProgress(job: CompletionJob): CompletionProgress {
  const progress =
    typeof job.progress === "object"
      ? (job.progress as Partial<CompletionProgress>)
      : {};
  return {
    ...progress,
    calls: progress.calls ?? 0,
    failures: progress.failures ?? 0,
  };
}

/** The models that may answer a job, those that failed at it last. */
export function candidatesOf(job: CompletionJob): readonly string[] {
  const { model, candidates = [model] } = job.data;
  const { triedModels = [] } = readProgress(job);
  if (triedModels.length === 0) return candidates;
  const isTried = (each: string) => triedModels.includes(each);
  return [
    ...candidates.filter((each) => !isTried(each)),
    ...candidates.filter(isTried),
  ];
}

/** When a worker took the job last, ms since the epoch of Redis's clock; undefined before. */
export function takenAt(job: CompletionJob): number | undefined {
  return job.processedOn;
}

/** Whether so many workers were lost with the job in hand that it is not called again. */
export function isGivenUp(job: CompletionJob): boolean {
  return Boolean(job.deferredFailure);
}

/** The trace that travels with the job; undefined when it has none. */
export function traceOf(job: CompletionJob): string | undefined {
  return job.opts.telemetry?.metadata;
}
