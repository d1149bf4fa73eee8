import type { ApiKey } from "@openrouter-free-pool/shared/key-pool/api-key";
import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/key-pool";
import {
  type CompletionJob,
  readProgress,
} from "@openrouter-free-pool/shared/queue/completion-job";
import { isFinished } from "@openrouter-free-pool/shared/queue/finished-request";
import type { Logger } from "pino";
import { describeJob } from "../job/describe-job.ts";
import type { DispatchMetrics } from "../metrics/dispatch-metrics.ts";
import type { JobOutcomes } from "../settle/settle.ts";
import type { FairShare } from "./overtaking.ts";
import type { RestGate } from "./slot-forecast.ts";

const workerLost = {
  status: 502,
  message: "The worker that relayed the stream was lost",
};

/** A job may call OpenRouter, with this key. */
export type Grant = {
  readonly key: ApiKey;
  /** Whether no other job was in the queue at that moment. */
  readonly isLastInLine: boolean;
};

/** Decides whether a job in hand may call OpenRouter now, and with which key. */
export type Admit = (
  job: CompletionJob,
  signal: AbortSignal,
) => Promise<Grant | undefined>;

/**
 * Builds {@link Admit}. A job that is not admitted has been dealt with when it
 * returns: put back, delayed, answered or dropped.
 */
export function createAdmit(deps: {
  keyPool: KeyPool;
  gate: RestGate;
  outcomes: JobOutcomes;
  fairShare: FairShare;
  metrics: DispatchMetrics;
  logger: Logger;
}): Admit {
  const { keyPool, gate, outcomes, fairShare, metrics, logger } = deps;

  return async function admit(job, signal) {
    if (signal.aborted) return outcomes.callOff(job, signal);
    if (isFinished(job)) return outcomes.close(job);
    if (readProgress(job).hasBegun)
      return outcomes.breakStream(job, workerLost);
    if (job.deferredFailure) return outcomes.fail(job, "worker-crashed");
    if (Date.now() > job.data.deadline) return outcomes.fail(job, "waited-out");

    const { gatewayId, model } = job.data;
    const jobId = String(job.id);
    const slot = await keyPool.acquire({ jobId, gatewayId, model });
    metrics.countDecision(slot.kind);
    logger.debug(
      { ...describeJob(job), slot: describeSlot(slot) },
      "Asked for a slot",
    );

    switch (slot.kind) {
      case "granted":
        gate.room = Math.min(slot.freeAccounts, slot.waiting);
        gate.closeFor(Math.max(0, slot.nextSlotMs));
        // Where nobody waits, nobody was overtaken.
        if (slot.waiting > 0) await fairShare.countCall(job.priority);
        return slot;
      case "busy":
        // Its client need not wait in vain; the next job in line may have more time.
        if (Date.now() + slot.retryAfterMs > job.data.deadline) {
          return outcomes.fail(job, "keys-rate-limited", slot.retryAfterMs);
        }
        gate.closeFor(slot.retryAfterMs);
        return outcomes.putBack(job);
      case "model-cooling":
        return outcomes.deferForModel(job, slot.retryAfterMs);
      case "gateway-away":
        return outcomes.deferForGateway(job, slot.retryAfterMs);
      case "cancelled":
        return outcomes.drop(job);
      case "orphaned":
        return outcomes.disown(job);
      case "no-usable-key":
        return outcomes.fail(job, "no-usable-key");
    }
  };
}

function describeSlot(slot: Awaited<ReturnType<KeyPool["acquire"]>>) {
  return slot.kind === "granted" ? { ...slot, key: slot.key.mask } : slot;
}
