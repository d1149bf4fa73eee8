import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import type {
  Acquisition,
  Grant,
} from "@openrouter-free-pool/shared/key-pool/slots/acquisition";
import {
  type CompletionJob,
  candidatesOf,
  isGivenUp,
  readProgress,
} from "@openrouter-free-pool/shared/queue/completion-job";
import { isFinished } from "@openrouter-free-pool/shared/queue/finished-request";
import type { Logger } from "pino";
import { cancelledReason, readAbortReason } from "../job/abort-reasons.ts";
import { describeJob } from "../job/describe-job.ts";
import type { AccountRefusals } from "../keys/account-refusals.ts";
import type { DispatchMetrics } from "../metrics/dispatch-metrics.ts";
import type { Disposition } from "../settle/disposition.ts";
import type { GiveBack } from "./give-back.ts";
import type { SlotForecast } from "./slot-forecast.ts";

/** Whether a job may call OpenRouter now. */
type SlotDecision =
  | {
      readonly kind: "granted";
      readonly grant: Grant;
      /** Whether the grant's account refused this request or its model before, and no other account is left. */
      readonly isKnownToRefuse: boolean;
    }
  | { readonly kind: "refused"; readonly disposition: Disposition };

/** Checks a job and asks the limiter for a slot. The job itself stays as it is. */
export type AcquireSlot = (
  job: CompletionJob,
  signal: AbortSignal,
  /** What the limiter said when the job was taken off the queue; undefined when it is to be asked. */
  said: Acquisition | undefined,
) => Promise<SlotDecision>;

const noUsableKey: SlotDecision = {
  kind: "refused",
  disposition: { kind: "failed", code: "no-usable-key" },
};

/** Builds {@link AcquireSlot}. */
export function createAcquireSlot(deps: {
  keyPool: KeyPool;
  giveBack: GiveBack;
  forecast: SlotForecast;
  refusals: AccountRefusals;
  metrics: DispatchMetrics;
  logger: Logger;
}): AcquireSlot {
  const { keyPool, giveBack, forecast, refusals, metrics, logger } = deps;

  async function ask(
    job: CompletionJob,
    models: readonly string[],
    refusing?: ReadonlySet<string>,
  ): Promise<SlotDecision | "no-other-account"> {
    const { gatewayId, client, deadline, paidModels } = job.data;
    const { epoch } = forecast;
    const slot = await keyPool.acquire({
      jobId: String(job.id),
      token: job.token,
      gatewayId,
      client,
      models,
      ...(paidModels ? { paidModels: new Set(paidModels) } : {}),
      deadline,
      ...(refusing ? { refusing } : {}),
    });
    // Past its deadline a job is given up; the next one in line may have more time.
    if (slot.kind === "busy" && !slot.isPastDeadline) {
      forecast.pauseFor(slot.retryAfterMs, epoch);
    }
    return interpret(job, slot);
  }

  async function interpret(
    job: CompletionJob,
    slot: Acquisition,
  ): Promise<SlotDecision | "no-other-account"> {
    metrics.countDecision(slot.kind);
    logger.debug(
      { ...describeJob(job), slot: describeSlot(slot) },
      "Asked for a slot",
    );

    switch (slot.kind) {
      case "granted":
        return { kind: "granted", grant: slot, isKnownToRefuse: false };
      case "busy": {
        if (!slot.isPastDeadline) return refuse({ kind: "put-back" });
        const { retryAfterMs } = slot;
        // Its client is told at once.
        return refuse({
          kind: "failed",
          code: "keys-rate-limited",
          retryAfterMs,
        });
      }
      case "client-over":
        return refuse({ kind: "held-for-client" });
      case "waited-out":
        return refuse({ kind: "failed", code: "waited-out" });
      case "model-cooling":
        return refuse({
          kind: "deferred-for-model",
          cooldownMs: slot.retryAfterMs,
        });
      case "model-unproven": {
        const { models, retryAfterMs: heldMs } = slot;
        return refuse({ kind: "deferred-for-proof", models, heldMs });
      }
      case "model-gone":
        return refuse({ kind: "failed", code: "model-gone" });
      case "gateway-away":
        return refuse({
          kind: "deferred-for-gateway",
          awayMs: slot.retryAfterMs,
        });
      case "not-held":
        return refuse({ kind: "left" });
      case "cancelled":
        return refuse({ kind: "dropped" });
      case "orphaned":
        return refuse({ kind: "disowned" });
      case "no-other-account":
        return slot.kind;
      case "no-usable-key":
        return noUsableKey;
    }
  }

  /**
   * Whether a grant's account refuses its model, and a model is left that another account serves: the refusal was not
   * known when the slot was taken.
   */
  function isRefused(job: CompletionJob, { key, model }: Grant): boolean {
    if (!refusingAccounts(job, refusals, model).has(key.account)) return false;
    const accounts = keyPool.countAccounts();
    return candidatesOf(job).some(
      (each) => refusingAccounts(job, refusals, each).size < accounts,
    );
  }

  /** Skips accounts that refuse a model, and a model that all of them refuse. */
  async function askInTurn(job: CompletionJob): Promise<SlotDecision> {
    const candidates = candidatesOf(job);
    for (const [index, model] of candidates.entries()) {
      const refusing = refusingAccounts(job, refusals, model);
      const isRefused = refusing.size > 0;
      const rest = candidates.slice(index);
      const slot = await ask(job, rest, isRefused ? refusing : undefined);
      if (slot !== "no-other-account") return slot;
    }
    const any = await ask(job, candidates);
    if (any === "no-other-account") return noUsableKey;
    return any.kind === "granted" ? { ...any, isKnownToRefuse: true } : any;
  }

  return async function acquireSlot(job, signal, said) {
    const disposition = findDisposition(job, signal);
    if (disposition) {
      if (said?.kind === "granted") await giveBack(said);
      return refuse(disposition);
    }
    if (said?.kind === "granted" && isRefused(job, said)) {
      await giveBack(said);
      return askInTurn(job);
    }
    const decision = said ? await interpret(job, said) : await askInTurn(job);
    return decision === "no-other-account" ? noUsableKey : decision;
  };
}

/** The accounts that refused this request, or a model. */
export function refusingAccounts(
  job: CompletionJob,
  refusals: AccountRefusals,
  model: string,
): ReadonlySet<string> {
  const { refusedBy = [] } = readProgress(job);
  const ofModel = refusals.of(model);
  return refusedBy.length === 0 ? ofModel : new Set([...ofModel, ...refusedBy]);
}

/** What becomes of a job that must not call OpenRouter; undefined when it may. */
function findDisposition(
  job: CompletionJob,
  signal: AbortSignal,
): Disposition | undefined {
  const reason = readAbortReason(signal);
  if (reason === cancelledReason) return { kind: "cancelled", reason };
  if (reason !== undefined) return { kind: "interrupted", reason };
  if (isFinished(job)) return { kind: "closed" };
  if (readProgress(job).hasBegun) {
    return {
      kind: "stream-broken",
      status: 502,
      message: "The worker that relayed the stream was lost",
      upstreamMs: 0,
    };
  }
  if (isGivenUp(job)) return { kind: "failed", code: "worker-crashed" };
  return undefined;
}

function refuse(disposition: Disposition): SlotDecision {
  return { kind: "refused", disposition };
}

function describeSlot(slot: Awaited<ReturnType<KeyPool["acquire"]>>) {
  return slot.kind === "granted" ? { ...slot, key: slot.key.mask } : slot;
}
