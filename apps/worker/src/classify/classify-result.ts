import type { AnswerCheck } from "@openrouter-free-pool/shared/api/answer-checks";
import type { CompletionRequest } from "@openrouter-free-pool/shared/queue/completion-job";
import { findOtherModel } from "../answer/answer-model.ts";
import type { CallResult } from "../answer/call-result.ts";
import {
  isEndedByUs,
  type NoAnswer,
  type UpstreamAnswer,
} from "../answer/outcome.ts";
import { type AccountSetting, readAccountSetting } from "./account-setting.ts";
import type { AnswerClassification } from "./answer-classification.ts";
import { readMeaning } from "./answer-meaning.ts";
import { classify } from "./classify.ts";
import { toFailureAnswer } from "./client-answer.ts";
import { type ModelLoss, readModelLoss } from "./model-life.ts";
import { asksForPaid } from "./paid-request.ts";
import { readServerTime } from "./server-time.ts";

/** What the result of a call means, for plain answers and for streams. */
export type Classification = Verdict & {
  /** The model that the answer is from, or speaks of, where it is not the one that was asked for. */
  readonly model?: string;
};

type Verdict =
  | AnswerClassification
  /** A 200 that fails its client's checks. */
  | { readonly kind: "unfit"; readonly failed: readonly AnswerCheck[] }
  /** A 404 about a setting of the account: another account may serve the request. */
  | { readonly kind: "account-setting"; readonly setting: AccountSetting }
  /** A 404 or 400 that says that OpenRouter does not serve a model. */
  | ({ readonly kind: "model-gone" } & ModelLoss)
  /** The client has the whole stream. */
  | { readonly kind: "relayed" }
  /** The client has the beginning of a stream, and no more will come. */
  | {
      readonly kind: "broken";
      readonly reason: NoAnswer["reason"];
      readonly status: number;
      readonly message: string;
    }
  /** Certainly no byte of the request was sent. */
  | { readonly kind: "not-sent" }
  /** The grant was too old when the request could be written: nothing was sent. */
  | { readonly kind: "too-late" }
  /** The call was aborted by us. */
  | { readonly kind: "aborted"; readonly wasSent: boolean };

/** What classification needs to know of the request. */
type ClassifiedRequest = Pick<CompletionRequest, "model" | "path"> & {
  readonly body: string | Buffer;
  /** All models that the body names, the one that is asked for first. */
  readonly models: readonly string[];
  /** Whether answers are searched for models that are gone. */
  readonly checksModels: boolean;
};

/** What a model did itself, and not a limit or an account. */
const doneByModels: ReadonlySet<Classification["kind"]> = new Set([
  ...(["return", "relayed", "broken", "transient"] as const),
]);

/** Classifies the result of a call. */
export function classifyResult(
  result: CallResult,
  request: ClassifiedRequest,
): Classification {
  const verdict = findVerdict(result, request);
  if (!doneByModels.has(verdict.kind)) return verdict;
  const model = findOtherModel(result, request.models);
  return model === undefined ? verdict : { ...verdict, model };
}

function findVerdict(result: CallResult, request: ClassifiedRequest): Verdict {
  switch (result.kind) {
    case "relayed":
      return { kind: "relayed" };
    case "answer":
      return classifyAnswer(result.answer, request);
    case "broken":
      return classifyBroken(result.failure);
    case "no-answer":
      return classifyFailure(result.failure);
  }
}

function classifyAnswer(
  answer: UpstreamAnswer,
  request: ClassifiedRequest,
): Verdict {
  const meaning = readMeaning(answer, request.path);
  if (meaning.kind === "error") {
    const setting = readAccountSetting(meaning, request.models);
    if (setting) return { kind: "account-setting", setting };
    const loss = request.checksModels && readModelLoss(meaning, request.models);
    if (loss) return { kind: "model-gone", ...loss };
  }
  const { headers } = answer;
  return classify(meaning, {
    now: readServerTime(headers, Date.now()),
    headers,
    isFree: () => !asksForPaid(request),
  });
}

function classifyBroken(failure: NoAnswer): Verdict {
  const { status } = toFailureAnswer(failure);
  const { reason } = failure;
  const message =
    reason === "aborted" ? "The worker had to stop" : failure.message;
  return { kind: "broken", reason, status, message };
}

function classifyFailure(failure: NoAnswer): Verdict {
  if (failure.reason === "aborted") {
    return { kind: "aborted", wasSent: failure.wasSent };
  }
  if (failure.reason === "too-late") return { kind: "too-late" };
  if (!failure.wasSent) return { kind: "not-sent" };
  const { status } = toFailureAnswer(failure);
  const transient = {
    kind: "transient",
    status,
    retryAfterMs: undefined,
  } as const;
  // Worth another call of the quota: room comes back as clients get their answers, after the pause
  // another worker may have some, and the client would send its request again anyway.
  return failure.reason === "no-room"
    ? { ...transient, sparesModel: true }
    : transient;
}

/** Whether an answer accuses a key or its account, so that the key is to be checked first. */
export function accusesKey({ kind }: Classification): boolean {
  return kind === "key-refused" || kind === "account-without-credit";
}

/** Name in logs and metrics: tells apart the limits of an account, and how a key or a call fails. */
export function nameOf(classification: Classification): string {
  const { kind } = classification;
  switch (kind) {
    case "account-limited":
      return `${kind}:${classification.limit}`;
    case "key-refused":
      return `${kind}:${classification.reason}`;
    case "transient":
      return `${kind}:${classification.status}`;
    case "broken": {
      const { reason, status } = classification;
      return `${kind}:${isEndedByUs(classification) ? reason : status}`;
    }
    default:
      return kind;
  }
}
