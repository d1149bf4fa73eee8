import { isEndedByUs } from "../answer/outcome.ts";
import type { ClassifiedCall } from "../decide/answer-with.ts";

/**
 * Whether a call that failed says that its model does not answer. A connection that broke before an answer does not, nor
 * a call that we ended, nor what stands between the model and us.
 */
export function isModelsFault({
  result,
  classification,
}: Pick<ClassifiedCall, "result" | "classification">): boolean {
  if (classification.kind === "transient" && classification.sparesModel) {
    return false;
  }
  switch (result.kind) {
    case "no-answer":
      return result.failure.reason === "timeout";
    case "broken":
      return !isEndedByUs(result.failure);
    default:
      return true;
  }
}
