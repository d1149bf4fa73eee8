import type { ApiKey } from "@openrouter-free-pool/shared/key-pool/keys/api-key";
import type { CompletionProgress } from "@openrouter-free-pool/shared/queue/completion-job";
import type { CallResult } from "../answer/call-result.ts";
import { cancelledReason } from "../job/abort-reasons.ts";
import type { KeyEffect } from "../keys/apply-key-effect.ts";
import type { Disposition } from "../settle/disposition.ts";
import { answerWith, type ClassifiedCall } from "./answer-with.ts";
import { convictKey, convictSuspect } from "./convict-account.ts";
import type { Decision, NextStep, Suspect } from "./decision.ts";

/** What a decision depends on in addition to the call. */
export type DecisionContext = {
  /** The key of the call. */
  readonly key: ApiKey;
  /** The model of the call. */
  readonly model: string;
  /** Whether the request has another model that has not failed for it. */
  readonly hasOtherModel: boolean;
  /** Before the call. */
  readonly progress: CompletionProgress;
  /** See {@link Decision.suspect}; from an earlier call for this job. */
  readonly suspect: Suspect | undefined;
  /** Whether an account is left that has not refused this request. */
  readonly hasOtherAccount: boolean;
  /** Why the work on the job was aborted, if it was. */
  readonly abortReason: string | undefined;
  /** Failed calls that the client does not hear of, and calls of any kind, at most. */
  readonly maxAttempts: number;
  readonly maxCalls: number;
};

/** Decides what one call means for key, model and request. Pure. */
export function decide(
  call: ClassifiedCall,
  context: DecisionContext,
): Decision {
  const { classification, result } = call;
  const { progress, abortReason } = context;
  const decision = toDecision(context);
  const calls = progress.calls + 1;
  const isLastCall = calls >= context.maxCalls;
  const answered = () => answerWith(call);

  switch (classification.kind) {
    case "relayed":
      return {
        ...decision({ kind: "stream-ended" }),
        ...convictSuspect(context),
      };
    case "return":
      return isSuccess(result, classification)
        ? { ...decision(answered()), ...convictSuspect(context) }
        : decision(answered());
    case "broken": {
      const { status, message } = classification;
      const { upstreamMs } = result;
      return decision(
        abortReason === cancelledReason
          ? { kind: "dropped" }
          : { kind: "stream-broken", status, message, upstreamMs },
      );
    }
    case "aborted": {
      const reason = abortReason ?? "aborted";
      const next = {
        kind: reason === cancelledReason ? "cancelled" : "interrupted",
        reason,
      } as const;
      return classification.wasSent
        ? decision(next)
        : withoutCall(decision(next), progress);
    }
    case "too-late": {
      const otherwise = { kind: "put-back" } as const;
      const next = decision({ kind: "another-key", otherwise });
      return withoutCall(next, progress);
    }
    case "not-sent": {
      const next = { ...progress, failures: progress.failures + 1 };
      const isLast = next.failures >= context.maxAttempts;
      const step = isLast ? answered() : retry(next, undefined);
      return withoutCall(decision(step), next);
    }
    case "transient": {
      const failures = progress.failures + 1;
      if (failures >= context.maxAttempts || isLastCall) {
        return decision(answered());
      }
      const { retryAfterMs, sparesModel } = classification;
      const step = sparesModel
        ? repeat(context, { failures }, retryAfterMs)
        : tryAgain(context, failures, retryAfterMs);
      return decision(step.next, step.more);
    }
    case "model-limited": {
      const coolModel = { statedMs: classification.durationMs };
      if (isLastCall) return { ...decision(answered()), coolModel };
      const otherwise = outOfKeys;
      const next: NextStep = context.hasOtherModel
        ? { kind: "another-key", otherwise }
        : { kind: "wait-for-model" };
      return { ...decision(next), coolModel };
    }
    case "model-gone": {
      // OpenRouter may speak of another one of the chain that the body named.
      const isOwn = classification.model === context.model;
      const otherwise = isOwn ? modelGone : answered();
      const mayGoOn = (context.hasOtherModel || !isOwn) && !isLastCall;
      return decision(
        mayGoOn ? { kind: "another-key", otherwise } : otherwise,
        triedModels(context, classification.model),
      );
    }
    case "unfit": {
      const failures = progress.failures + 1;
      if (failures >= context.maxAttempts || isLastCall) {
        return {
          ...decision(answered(), { failures }),
          ...convictSuspect(context),
        };
      }
      const step = tryAgain(context, failures, undefined);
      return { ...decision(step.next, step.more), ...convictSuspect(context) };
    }
    case "account-setting": {
      const refusedSetting = classification.setting;
      if (context.hasOtherAccount || !context.hasOtherModel || isLastCall) {
        const next = tryAnother(context, answered());
        return { ...decision(next, refused(context)), refusedSetting };
      }
      // All accounts refuse this model; the next one begins with all of them.
      const next = { kind: "another-model", otherwise: answered() } as const;
      const more = { ...triedModels(context), refusedBy: [] };
      return { ...decision(next, more), refusedSetting };
    }
    case "account-limited": {
      const { limit, durationMs, quota } = classification;
      return {
        ...decision(tryAnother(context, outOfKeys)),
        keyEffect: { kind: "park", limit, durationMs, quota },
      };
    }
    case "key-refused":
    case "account-without-credit":
      return decideAccusation(call, context);
  }
}

/** An answer that accuses the key: it counts only where it is proven. */
function decideAccusation(
  call: ClassifiedCall,
  context: DecisionContext,
): Decision {
  const { classification, keyState = "unknown" } = call;
  const decision = toDecision(context);
  const answered = answerWith(call);
  const conviction = convictKey(classification, keyState);
  switch (conviction.kind) {
    case "guilty": {
      // One request must not retire the whole pool, whatever is found.
      const keyEffect: KeyEffect = context.progress.hasRetired
        ? { kind: "none" }
        : conviction.effect;
      // Other keys of the account stay in use, unless the account itself is out of use.
      const isKeyOnly = keyEffect.kind === "retire-key";
      const retired = {
        ...(isKeyOnly ? {} : refused(context)),
        hasRetired: true,
      };
      return {
        ...decision(tryAnother(context, outOfKeys, true), retired),
        keyEffect,
      };
    }
    case "second-opinion":
      if (classification.kind === "key-refused") {
        // A refused key is not the request's fault: its client is told that no key is usable.
        const isSecond = (context.progress.refusedBy ?? []).length > 0;
        return decision(
          isSecond ? outOfKeys : tryAnother(context, outOfKeys),
          refused(context),
        );
      }
      // Two accounts that refuse alike: the request is at fault.
      return context.suspect
        ? { ...decision(answered), suspect: undefined }
        : {
            ...decision(tryAnother(context, answered), refused(context)),
            suspect: { key: context.key, model: context.model },
          };
    case "unproven":
      return decision(tryAnother(context, outOfKeys, true), refused(context));
  }
}

const modelGone: Disposition = { kind: "failed", code: "model-gone" };

/** The progress of a request whose model failed; one without other models need not remember it. */
function triedModels(
  { model, hasOtherModel, progress }: DecisionContext,
  failed = model,
): Partial<CompletionProgress> {
  const { triedModels: before = [] } = progress;
  const isWorthIt = hasOtherModel || before.length > 0 || failed !== model;
  return isWorthIt ? { triedModels: [...new Set([...before, failed])] } : {};
}

/** The same again, after a pause, by any worker. */
function repeat(
  { progress, key }: DecisionContext,
  more: Partial<CompletionProgress>,
  statedMs: number | undefined,
): { next: Disposition; more: Partial<CompletionProgress> } {
  const after = {
    ...progress,
    ...more,
    calls: progress.calls + 1,
    key: key.mask,
  };
  return { next: retry(after, statedMs), more };
}

/** Another attempt after a failure: with another model at once, or after a pause. */
function tryAgain(
  context: DecisionContext,
  failures: number,
  statedMs: number | undefined,
): { next: NextStep; more: Partial<CompletionProgress> } {
  const more = { ...triedModels(context), failures };
  const { next: otherwise } = repeat(context, more, statedMs);
  const next: NextStep = context.hasOtherModel
    ? { kind: "another-model", otherwise }
    : otherwise;
  return { next, more };
}

const outOfKeys: Disposition = { kind: "failed", code: "no-usable-key" };

/** Another account's turn, as long as the request may cost another call. */
function tryAnother(
  { progress, maxCalls, hasOtherAccount }: DecisionContext,
  otherwise: Disposition,
  mayRepeat = otherwise === outOfKeys,
): NextStep {
  if (progress.calls + 1 >= maxCalls) return otherwise;
  return hasOtherAccount || mayRepeat
    ? { kind: "another-key", otherwise }
    : otherwise;
}

/** The progress of a request that one more account has refused. */
function refused({
  key,
  progress,
}: DecisionContext): Partial<CompletionProgress> {
  const before = progress.refusedBy ?? [];
  return { refusedBy: [...new Set([...before, key.account])] };
}

/** Starts a decision without effects on key and model. */
function toDecision({ key, progress, suspect }: DecisionContext) {
  return (
    next: NextStep,
    more: Partial<CompletionProgress> = {},
  ): Decision => ({
    keyEffect: { kind: "none" },
    effectOn: key,
    coolModel: undefined,
    refusedSetting: undefined,
    givesSlotBack: false,
    suspect,
    progress: {
      ...progress,
      ...more,
      calls: progress.calls + 1,
      key: key.mask,
    },
    next,
  });
}

/** Nothing was sent: it cost no call, and the slot is free again. */
function withoutCall(decision: Decision, progress: CompletionProgress) {
  return { ...decision, givesSlotBack: true, progress };
}

function retry(
  progress: CompletionProgress,
  statedMs: number | undefined,
): Disposition {
  return { kind: "retried", progress, statedMs };
}

function isSuccess(result: CallResult, { status }: { status?: number }) {
  return (
    result.kind === "answer" &&
    (status ?? result.answer.status) < 300 &&
    result.answer.status < 300
  );
}
