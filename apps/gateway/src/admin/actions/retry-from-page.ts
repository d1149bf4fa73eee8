import type { BatchStore } from "../../batches/records/batch-store.ts";
import type { RetryBatch } from "../../batches/retry/retry-batch.ts";
import { GatewayError } from "../../errors/gateway-error.ts";
import { say } from "../../words/say.ts";
import type { Once } from "../once/once.ts";

/** Retries a batch. @returns true, or why it cannot be retried. */
export type RetryFromPage = (batchId: string) => Promise<true | string>;

/** The operator's files are counted together, apart from those of clients. */
const countedAs = "/admin";

/** Builds {@link RetryFromPage}: an operator may retry the batch of any client. */
export function createRetryFromPage(deps: {
  batches: BatchStore;
  retryBatch: RetryBatch;
  pollBatches: () => void;
  once: Once;
}): RetryFromPage {
  async function retry(batchId: string): Promise<true | string> {
    const batch = await deps.batches.find(batchId);
    if (!batch) return say("batches.noBatch", { id: batchId });
    try {
      await deps.retryBatch(batch, countedAs);
    } catch (error) {
      if (error instanceof GatewayError)
        return say("common.sentence", { text: error.message });
      throw error;
    }
    deps.pollBatches();
    return true;
  }
  return (batchId) => deps.once(`retry-batch:${batchId}`, () => retry(batchId));
}
