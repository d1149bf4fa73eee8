import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import type { Grant } from "@openrouter-free-pool/shared/key-pool/slots/acquisition";
import {
  type CompletionJob,
  readProgress,
} from "@openrouter-free-pool/shared/queue/completion-job";
import { isFinished } from "@openrouter-free-pool/shared/queue/finished-request";
import type { Logger } from "pino";
import { cancelledReason, readAbortReason } from "../job/abort-reasons.ts";
import { describeJob } from "../job/describe-job.ts";
import type { AccountRefusals } from "../keys/account-refusals.ts";
import type { HasAccountBesides } from "../keys/usable-accounts.ts";
import type { DispatchMetrics } from "../metrics/dispatch-metrics.ts";
import type { Disposition } from "../settle/disposition.ts";
import type { Overtaking } from "./overtaking.ts";
import type { SlotForecast } from "./slot-forecast.ts";

/** Whether a job may call OpenRouter now. */
type SlotDecision =
  | {
      readonly kind: "granted";
      readonly grant: Grant;
      /** Whether the grant's account refused this request or its model before: there is no other. */
      readonly isKnownToRefuse: boolean;
    }
  | { readonly kind: "refused"; readonly disposition: Disposition };

/** Checks a job and asks the limiter for a slot. The job itself stays as it is. */
export type AcquireSlot = (
  job: CompletionJob,
  signal: AbortSignal,
) => Promise<SlotDecision>;

/** Slots are asked for at most so often to find an account that has not refused the request. */
const mostTries = 8;
/** When those accounts are at their limits, the request comes back after this. */
const otherAccountMs = 5_000;

/** Builds {@link AcquireSlot}. */
export function createAcquireSlot(deps: {
  keyPool: KeyPool;
  forecast: SlotForecast;
  refusals: AccountRefusals;
  hasAccountBesides: HasAccountBesides;
  overtaking: Overtaking;
  metrics: DispatchMetrics;
  logger: Logger;
}): AcquireSlot {
  const { keyPool, forecast, refusals, overtaking, metrics, logger } = deps;

  async function ask(job: CompletionJob): Promise<SlotDecision> {
    const { gatewayId, model, deadline } = job.data;
    const jobId = String(job.id);
    const slot = await keyPool.acquire({ jobId, gatewayId, model, deadline });
    metrics.countDecision(slot.kind);
    logger.debug(
      { ...describeJob(job), slot: describeSlot(slot) },
      "Asked for a slot",
    );

    switch (slot.kind) {
      case "granted":
        forecast.recordGrant(slot);
        // Where nobody waits, nobody was overtaken. Not awaited: a grant is usable for a short time.
        if (slot.waiting > 0) {
          overtaking.countCall(job.priority).catch((error: unknown) => {
            logger.warn({ err: error }, "Moving a job to the front failed");
          });
        }
        return { kind: "granted", grant: slot, isKnownToRefuse: false };
      case "busy": {
        const { retryAfterMs } = slot;
        // Its client need not wait in vain; the next job in line may have more time.
        if (slot.isPastDeadline) {
          return refuse({
            kind: "failed",
            code: "keys-rate-limited",
            retryAfterMs,
          });
        }
        forecast.pauseFor(retryAfterMs);
        return refuse({ kind: "put-back" });
      }
      case "waited-out":
        return refuse({ kind: "failed", code: "waited-out" });
      case "model-cooling":
        return refuse({
          kind: "deferred-for-model",
          cooldownMs: slot.retryAfterMs,
        });
      case "gateway-away":
        return refuse({
          kind: "deferred-for-gateway",
          awayMs: slot.retryAfterMs,
        });
      case "cancelled":
        return refuse({ kind: "dropped" });
      case "orphaned":
        return refuse({ kind: "disowned" });
      case "no-usable-key":
        return refuse({ kind: "failed", code: "no-usable-key" });
    }
  }

  /** Asks until the account is one that has not refused the request, where there is one. */
  async function askForOther(
    job: CompletionJob,
    refusing: ReadonlySet<string>,
  ): Promise<SlotDecision> {
    const hasOther = await deps.hasAccountBesides(refusing);
    const tries = Math.min(mostTries, keyPool.countAccounts());
    // Kept until the end: the account of a slot that is released would be the next one again.
    const unsuited: Grant[] = [];
    try {
      while (unsuited.length < tries) {
        const slot = await ask(job);
        if (slot.kind !== "granted") return slot;
        if (!refusing.has(slot.grant.key.account)) return slot;
        if (!hasOther) return { ...slot, isKnownToRefuse: true };
        unsuited.push(slot.grant);
      }
      return refuse({ kind: "deferred-for-account", awayMs: otherAccountMs });
    } finally {
      for (const grant of unsuited) await keyPool.release(grant);
    }
  }

  return async function acquireSlot(job, signal) {
    const disposition = findDisposition(job, signal);
    if (disposition) return refuse(disposition);
    const refusing = refusingAccounts(job, refusals);
    return refusing.size === 0 ? ask(job) : askForOther(job, refusing);
  };
}

/** The accounts that refused this request, or its model. */
export function refusingAccounts(
  job: CompletionJob,
  refusals: AccountRefusals,
): ReadonlySet<string> {
  const { refusedBy = [] } = readProgress(job);
  const ofModel = refusals.of(job.data.model);
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
  if (job.deferredFailure) return { kind: "failed", code: "worker-crashed" };
  return undefined;
}

function refuse(disposition: Disposition): SlotDecision {
  return { kind: "refused", disposition };
}

function describeSlot(slot: Awaited<ReturnType<KeyPool["acquire"]>>) {
  return slot.kind === "granted" ? { ...slot, key: slot.key.mask } : slot;
}
