import type { BatchStatus } from "@openrouter-free-pool/shared/api/batch-object";
import { say } from "../../words/say.ts";
import type { Tone } from "../overview/present/headline.ts";
import type { LineCounts } from "./count-lines.ts";

const tones: Record<BatchStatus, Tone> = {
  validating: "quiet",
  in_progress: "quiet",
  finalizing: "quiet",
  cancelling: "notice",
  completed: "good",
  failed: "bad",
  expired: "bad",
  cancelled: "quiet",
};

/** A batch's state in a word; its tone is good only if every line has its answer. */
export function presentState(
  status: BatchStatus,
  { answered, failed }: LineCounts,
): { label: string; tone: Tone } {
  if (status !== "completed" || failed === 0) {
    return { label: say(`batches.state.${status}`), tone: tones[status] };
  }
  return answered === 0
    ? { label: say("batches.noneAnswered"), tone: "bad" }
    : { label: say("batches.someFailed"), tone: "notice" };
}
