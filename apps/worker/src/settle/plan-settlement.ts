import type {
  CompletionJob,
  CompletionProgress,
} from "@openrouter-free-pool/shared/queue/completion-job";
import type {
  Ending,
  FinishedRequest,
} from "@openrouter-free-pool/shared/queue/finished-request";
import { failureStatus } from "@openrouter-free-pool/shared/replies/failure-status";
import type { Reply } from "@openrouter-free-pool/shared/replies/reply";
import { keptText } from "../call/stream/answer-record.ts";
import { figuresOf } from "../job/figures.ts";
import { backOff } from "./back-off.ts";
import type { DeferralSpread } from "./deferral-spread.ts";
import type { Disposition } from "./disposition.ts";
import { tellError, withoutRequest } from "./tell-error.ts";

/** How a job is settled. Durations in ms. */
export type SettlementPlan = {
  /** What the log line says in addition. */
  readonly details?: object;
  readonly reply?: Reply;
  /** How the request ended, as it stays on a finished job. */
  readonly ending?: Pick<Ending, "status" | "reason">;
  /** The same in full, stored together with the reply. */
  readonly recorded?: Ending;
  readonly delayMs?: number;
  /** A delayed job returns as soon as a call has told of one of these models. */
  readonly awaitedModels?: readonly string[];
  /** Stored before the job is moved. */
  readonly progress?: CompletionProgress;
};

/** Works out reply, ending and delay of a disposition. */
export function planSettlement(
  job: CompletionJob,
  disposition: Disposition,
  options: { spread: DeferralSpread; keepPayloads: boolean },
): SettlementPlan {
  switch (disposition.kind) {
    case "answered": {
      const { answer, calledModel, upstreamMs, tokens } = disposition;
      const { answeringModel } = disposition;
      const { status, headers, body } = answer;
      const figures = { ...figuresOf(job, upstreamMs), calledModel };
      const told = tokens ? { tokens } : {};
      const kept = options.keepPayloads ? { answer: keptText(body) } : {};
      const errorText = status < 400 ? undefined : tellError(body, job.data);
      return {
        details: { status },
        reply: {
          ...{ kind: "answer", status, headers, body, ...figures },
          ...told,
          ...(answeringModel === undefined ? {} : { answeringModel }),
          ...(errorText === undefined ? {} : { errorText }),
        },
        ...ended({ status, ...figures, ...told, ...kept }),
      };
    }
    case "failed": {
      const { kind: _, ...failure } = disposition;
      const figures = figuresOf(job, 0);
      const status = failureStatus[failure.code];
      return {
        details: failure,
        reply: { kind: "failure", ...failure, ...figures },
        ...ended({ status, reason: failure.code, ...figures }),
      };
    }
    case "stream-broken": {
      const { kind, status, message, upstreamMs } = disposition;
      return {
        details: { status, reason: message },
        reply: {
          ...{ kind, status, message },
          errorText: withoutRequest(message, job.data),
        },
        ...ended({ status, reason: message, ...figuresOf(job, upstreamMs) }),
      };
    }
    case "stream-ended":
      return { ending: { status: 200 } };
    case "closed":
      return { ending: (job.data as unknown as FinishedRequest).ending };
    case "deferred-for-model": {
      const { cooldownMs } = disposition;
      const extraMs = options.spread.next(job.data.model, cooldownMs);
      return { details: { cooldownMs }, delayMs: cooldownMs + extraMs };
    }
    case "deferred-for-proof": {
      const { models, heldMs } = disposition;
      return { details: { heldMs }, delayMs: heldMs, awaitedModels: models };
    }
    case "deferred-for-gateway": {
      const { awayMs } = disposition;
      return { details: { awayMs }, delayMs: awayMs };
    }
    case "retried": {
      const { progress, statedMs } = disposition;
      const { failures } = progress;
      const delayMs = backOff(failures, statedMs);
      return { details: { failures }, delayMs, progress };
    }
    case "disowned":
      return { reply: { kind: "orphaned" } };
    case "cancelled":
    case "interrupted":
      return { details: { reason: disposition.reason } };
    case "put-back":
    case "held-for-client":
    case "left":
    case "dropped":
      return {};
  }
}

function ended(ending: Ending): Pick<SettlementPlan, "ending" | "recorded"> {
  return { ending, recorded: ending };
}
