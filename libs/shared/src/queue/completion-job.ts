import type { Job } from "bullmq";
import type { AnswerCheck } from "../api/answer-checks.ts";

/** Name of every job: BullMQ stores it several times, so no client may choose it. */
export const completionJobName = "completion";

/** In bytes. Larger bodies are stored beside the job. */
export const largestInlineBodyBytes = 64 * 1024;

/** The data of a job. It never contains a key. */
export type CompletionRequest = {
  readonly requestId: string;
  /** Id of the client; undefined when clients need no key. */
  readonly client?: string | undefined;
  /** The gateway process that waits for the result. */
  readonly gatewayId: string;
  /** Where the call goes, below OPENROUTER_BASE_URL, such as `/chat/completions`. */
  readonly path: string;
  /** Whether the client wants the answer as a stream of events. */
  readonly isStream: boolean;
  /** The model or alias that the request asks for first. */
  readonly model: string;
  /** Models that may answer, best one first, unless that is just `model`. */
  readonly candidates?: readonly string[] | undefined;
  /** The candidates that are paid for; absent: none. */
  readonly paidModels?: readonly string[] | undefined;
  /**
   * The client's body, byte for byte (it is valid UTF-8). Absent when it is larger than {@link
   * largestInlineBodyBytes}: then it is a Redis string of its own, `body:<job id>`.
   */
  readonly body?: string | undefined;
  /** Bytes of body and answer that may be kept when the request has ended. */
  readonly keptPayloadBytes?: number | undefined;
  /** Client headers that are forwarded to OpenRouter, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the answer is checked for; absent for no checks, as for a stream. */
  readonly answerCheck?: readonly AnswerCheck[] | undefined;
  /** When the gateway received the request, ms since the epoch of Redis's clock. */
  readonly receivedAt: number;
  /** When the client stops waiting in the queue, ms since the epoch of Redis's clock. */
  readonly deadline: number;
};

/** The history of a request so far; stored on the job between dispatches. */
export type CompletionProgress = {
  /** Calls made to OpenRouter, refused ones included. */
  readonly calls: number;
  /** Mask of the key of the last call. */
  readonly key?: string;
  /** Calls that failed in a way that counts against MAX_ATTEMPTS. */
  readonly failures: number;
  /** Whether the client has the first event of a stream: the call must not be repeated. */
  readonly hasBegun?: boolean;
  /** Accounts that refused the request for reasons that may not hold for another account. */
  readonly refusedBy?: readonly string[];
  /** Models that failed to answer the request; the others are tried first. */
  readonly triedModels?: readonly string[];
  /** Whether a key or an account was retired because of this request: at most one may be. */
  readonly hasRetired?: boolean;
};

/** A request on the queue. */
export type CompletionJob = Job<CompletionRequest, void>;

/** Reads a job's progress; that of a new job is empty. */
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

/** The models that may answer a job; those that have failed for it come last. */
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

/** Whether the job was lost by so many workers that it is not called again. */
export function isGivenUp(job: CompletionJob): boolean {
  return Boolean(job.deferredFailure);
}

/** The trace context on the job; undefined when it has none. */
export function traceOf(job: CompletionJob): string | undefined {
  return job.opts.telemetry?.metadata;
}
