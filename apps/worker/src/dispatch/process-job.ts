import type { ApiKey } from "@openrouter-free-pool/shared/key-pool/keys/api-key";
import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import type { Grant } from "@openrouter-free-pool/shared/key-pool/slots/acquisition";
import {
  type CompletionJob,
  candidatesOf,
  readProgress,
} from "@openrouter-free-pool/shared/queue/completion-job";
import type { Logger } from "pino";
import type { CallResult } from "../answer/call-result.ts";
import type { CallOpenRouter } from "../call/call-openrouter.ts";
import { fitBody } from "../call/fit-body.ts";
import type { ReadBody, RequestBody } from "../call/request-body.ts";
import type { CheckAnswer } from "../check/check-answer.ts";
import { accusesKey, classifyResult } from "../classify/classify-result.ts";
import { requireFit } from "../classify/require-fit.ts";
import type { ClassifiedCall } from "../decide/answer-with.ts";
import { decide } from "../decide/decide.ts";
import type { Decision, Suspect } from "../decide/decision.ts";
import { readAbortReason } from "../job/abort-reasons.ts";
import type { AccountRefusals } from "../keys/account-refusals.ts";
import type { ApplyKeyEffect } from "../keys/apply-key-effect.ts";
import type { CheckKey } from "../keys/check-key.ts";
import type { HasAccountBesides } from "../keys/usable-accounts.ts";
import type { WatchModels } from "../models/watch-models.ts";
import type { Disposition } from "../settle/disposition.ts";
import type { Settle } from "../settle/settle.ts";
import { type AcquireSlot, refusingAccounts } from "./acquire-slot.ts";
import type { GiveBack } from "./give-back.ts";
import type { ReportCall } from "./report-call.ts";

/** Works on one job that has a slot until the job is settled. */
export type ProcessJob = (
  job: CompletionJob,
  grant: Grant,
  signal: AbortSignal,
) => Promise<void>;

/**
 * The models that a call may name: the granted one, and those that come after it. A call that is
 * paid for took no slot, so that it must not fall back to a free model.
 */
function modelsFrom(job: CompletionJob, model: string): readonly string[] {
  const candidates = candidatesOf(job);
  const { paidModels = [] } = job.data;
  const rest = candidates.slice(candidates.indexOf(model));
  return paidModels.includes(model)
    ? rest.filter((each) => paidModels.includes(each))
    : rest;
}

/** Redis has lost the body; the client may send it again at once. */
const bodyLost: Disposition = {
  kind: "failed",
  code: "body-lost",
  retryAfterMs: 1_000,
};

/** Builds {@link ProcessJob}: call → classify → decide → apply → settle, or again with another key. */
export function createProcessJob(deps: {
  readBody: ReadBody;
  callOpenRouter: CallOpenRouter;
  checkAnswer: CheckAnswer;
  checkKey: CheckKey;
  keyPool: KeyPool;
  giveBack: GiveBack;
  applyKeyEffect: ApplyKeyEffect;
  refusals: AccountRefusals;
  hasAccountBesides: HasAccountBesides;
  watchModels: WatchModels;
  /** Whether gone models are recorded, and unproven ones called once before many times. */
  checksModels: boolean;
  acquireSlot: AcquireSlot;
  settle: Settle;
  reportCall: ReportCall;
  logger: Logger;
  maxAttempts: number;
  maxCalls: number;
}): ProcessJob {
  const { keyPool, giveBack, refusals, acquireSlot, settle } = deps;

  /** Makes what a call needs. When that fails, the slot that cannot be used is given back. */
  async function prepare<Needed>(
    grant: Grant,
    make: () => Needed | Promise<Needed>,
  ): Promise<Needed> {
    try {
      return await make();
    } catch (error) {
      await giveBack(grant).catch(() => undefined);
      throw error;
    }
  }

  return async function processJob(job, firstGrant, signal) {
    const whole = await prepare(firstGrant, () => deps.readBody(job));
    if (whole === undefined) {
      await giveBack(firstGrant);
      return settle(job, bodyLost);
    }
    let grant: Grant | undefined = firstGrant;
    let suspect: Suspect | undefined;
    while (grant) {
      // Checked right before the call: a grant is usable for a short time only.
      if (await keyPool.releaseIfLate(grant)) {
        grant = await acquireAgain(job, signal);
        continue;
      }
      const { key, model, usableUntil } = grant;
      const proving = grant;
      const { body, models } = await fit(job, whole, grant);
      const result = await deps.callOpenRouter(job, {
        key,
        model,
        models,
        body,
        sendBefore: usableUntil,
        onContent: (other) => hear(proving, other),
        signal,
      });
      try {
        const call = { result, models, body, suspect, signal };
        const decision = await decideOn(job, grant, call);
        const next = await applyEffects(job, grant, decision);
        if (next) return await settle(job, next);
        suspect = decision.suspect;
        grant = await acquireNext(job, decision, signal);
      } finally {
        // The memory of a large answer is held until its client has it.
        if (result.kind === "answer") result.release?.();
      }
    }
  };

  /** Classifies the result of a call, asks about its key if need be, and decides. */
  async function decideOn(
    job: CompletionJob,
    grant: Grant,
    call: {
      result: CallResult;
      models: readonly string[];
      body: RequestBody;
      suspect: Suspect | undefined;
      signal: AbortSignal;
    },
  ): Promise<Decision> {
    const { result, models, body, suspect, signal } = call;
    const { key, model } = grant;
    const { path } = job.data;
    const { checksModels, checkAnswer } = deps;
    const classification = requireFit(
      classifyResult(result, { model, models, path, body, checksModels }),
      { result, body, request: job.data, checkAnswer },
    );
    const keyState = accusesKey(classification)
      ? await deps.checkKey(key)
      : undefined;
    const classified = { path, result, classification, keyState };
    const progress = readProgress(job);
    const { triedModels = [] } = progress;
    const decision = decide(classified, {
      key,
      model,
      hasOtherModel: candidatesOf(job).some(
        (other) => other !== model && !triedModels.includes(other),
      ),
      progress,
      suspect,
      hasOtherAccount: await hasOtherAccount(job, { key, model }, classified),
      abortReason: readAbortReason(signal),
      maxAttempts: deps.maxAttempts,
      maxCalls: deps.maxCalls,
    });
    // Stored only when this worker settles the job.
    job.progress = decision.progress;
    deps.reportCall(job, { key, model }, classified);
    if (checksModels) {
      // The answer counts, even when what was learned cannot be recorded.
      const { requestId } = job.data;
      await deps.watchModels.learn(requestId, grant, classified).catch(warn);
    }
    return decision;
  }

  /** The body for a granted model. */
  async function fit(
    job: CompletionJob,
    body: RequestBody,
    grant: Grant,
  ): Promise<ReturnType<typeof fitBody>> {
    const { model } = grant;
    if (!job.data.candidates) return { body, models: [model] };
    return prepare(grant, () => fitBody(body, modelsFrom(job, model)));
  }

  /** Not awaited: the stream goes on. */
  function hear(grant: Grant, other: string | undefined): void {
    if (deps.checksModels) deps.watchModels.hear(grant, other).catch(warn);
  }

  function warn(error: unknown): void {
    deps.logger.warn({ err: error }, "Learning of a model failed");
  }

  /** @returns how the job is settled; undefined when it goes out again. */
  async function applyEffects(
    job: CompletionJob,
    grant: Grant,
    decision: Decision,
  ): Promise<Disposition | undefined> {
    const { next, coolModel, refusedSetting: setting } = decision;
    const { model } = grant;
    await deps.applyKeyEffect(decision.effectOn, decision.keyEffect);
    if (decision.givesSlotBack) await giveBack(grant);
    if (setting) {
      await refusals.record({ account: grant.key.account, model, setting });
    }
    const cooldownMs =
      coolModel && (await keyPool.models.cool(model, coolModel.statedMs));
    const isKept =
      next.kind === "another-key" ||
      next.kind === "another-model" ||
      next.kind === "wait-for-model" ||
      next.kind === "interrupted";
    // The next worker that takes the job goes on from here.
    if (isKept) await job.updateProgress(decision.progress);
    switch (next.kind) {
      case "another-key":
      case "another-model":
        return undefined;
      case "wait-for-model":
        return { kind: "deferred-for-model", cooldownMs: cooldownMs ?? 0 };
      default:
        return next;
    }
  }

  /** @returns undefined when the job was settled instead. */
  async function acquireNext(
    job: CompletionJob,
    { next, progress: { triedModels = [] } }: Decision,
    signal: AbortSignal,
  ): Promise<Grant | undefined> {
    if (next.kind !== "another-key" && next.kind !== "another-model") {
      return undefined;
    }
    const slot = await acquireSlot(job, signal, undefined);
    if (slot.kind === "granted") {
      // A model that has just failed gets a pause first.
      const isTooSoon =
        next.kind === "another-model" && triedModels.includes(slot.grant.model);
      if (!slot.isKnownToRefuse && !isTooSoon) return slot.grant;
      await giveBack(slot.grant);
      await settle(job, next.otherwise);
      return undefined;
    }
    const { disposition } = slot;
    const isWithoutKey =
      disposition.kind === "failed" && disposition.code === "no-usable-key";
    await settle(job, isWithoutKey ? next.otherwise : disposition);
    return undefined;
  }

  /** @returns undefined when the job was settled instead. */
  async function acquireAgain(
    job: CompletionJob,
    signal: AbortSignal,
  ): Promise<Grant | undefined> {
    const slot = await acquireSlot(job, signal, undefined);
    if (slot.kind === "granted") return slot.grant;
    await settle(job, slot.disposition);
    return undefined;
  }

  async function hasOtherAccount(
    job: CompletionJob,
    { key: { account }, model }: { key: ApiKey; model: string },
    { classification }: ClassifiedCall,
  ): Promise<boolean> {
    const isRefusal =
      classification.kind === "account-setting" || accusesKey(classification);
    // No other decision depends on it.
    if (!isRefusal) return true;
    const refusing = new Set([
      ...refusingAccounts(job, refusals, model),
      account,
    ]);
    return deps.hasAccountBesides(refusing);
  }
}
