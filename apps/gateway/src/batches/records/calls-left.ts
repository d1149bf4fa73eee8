import { hasEnded } from "@openrouter-free-pool/shared/api/batch-object";
import type { BatchRecord } from "./batch-record.ts";

/** Lines of a batch that are not called yet; undefined while their number is unknown. */
export function countCallsLeft(
  batch: Pick<BatchRecord, "status" | "total" | "completed" | "failed"> & {
    readonly inputLines?: number | undefined;
  },
): number | undefined {
  if (hasEnded(batch) || batch.status === "cancelling") return 0;
  if (batch.status === "validating") return batch.inputLines;
  return Math.max(0, batch.total - batch.completed - batch.failed);
}
