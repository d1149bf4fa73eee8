import type { BatchStatus } from "@openrouter-free-pool/shared/api/batch-object";
import type { Tone } from "../overview/present/headline.ts";
import type { LineCounts } from "./count-lines.ts";

const states: Record<BatchStatus, { label: string; tone: Tone }> = {
  validating: { label: "validating", tone: "quiet" },
  in_progress: { label: "in progress", tone: "quiet" },
  finalizing: { label: "finalizing", tone: "quiet" },
  cancelling: { label: "cancelling", tone: "notice" },
  completed: { label: "completed", tone: "good" },
  failed: { label: "failed", tone: "bad" },
  expired: { label: "expired", tone: "bad" },
  cancelled: { label: "cancelled", tone: "quiet" },
};

/** A batch's state in a word; good only where every line has its answer. */
export function presentState(
  status: BatchStatus,
  { answered, failed }: LineCounts,
): { label: string; tone: Tone } {
  if (status !== "completed" || failed === 0) return states[status];
  return answered === 0
    ? { label: "completed, none answered", tone: "bad" }
    : { label: "completed, some failed", tone: "notice" };
}
