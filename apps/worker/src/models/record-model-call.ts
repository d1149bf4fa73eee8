import type {
  RecordCall,
  RecordedCall,
} from "@openrouter-free-pool/shared/models/model-recorder";
import { isEmptyAnswer } from "../answer/is-empty-answer.ts";
import type { UpstreamAnswer } from "../answer/outcome.ts";
import { isFailure } from "../answer/stream-ending.ts";
import type { ClassifiedCall } from "../decide/answer-with.ts";
import { isModelsFault } from "./models-fault.ts";

type ReportedCall = Omit<ClassifiedCall, "keyState">;

/** Records a call for the model that it says something of. */
export function recordModelCall(
  record: RecordCall,
  model: string,
  call: ReportedCall,
): void {
  const outcome = outcomeOf(call);
  if (!outcome) return;
  const { classification, result } = call;
  record(classification.model ?? model, {
    outcome,
    upstreamMs: result.upstreamMs,
    firstTokenMs: result.firstTokenMs,
    completionTokens: result.tokens?.completion,
  });
}

/** @returns undefined for what is the fault of the request, the account or the network. */
function outcomeOf({
  path,
  result,
  classification,
}: ReportedCall): RecordedCall["outcome"] | undefined {
  switch (classification.kind) {
    case "relayed":
      if (isFailure(result.ending)) return "failed";
      return result.ending === "empty" ? "empty" : "answered";
    case "return": {
      if (result.kind !== "answer") return undefined;
      const status = classification.status ?? result.answer.status;
      return status < 300 ? outcomeOfAnswer(path, result.answer) : undefined;
    }
    case "unfit":
      return result.kind === "answer"
        ? outcomeOfAnswer(path, result.answer)
        : undefined;
    case "transient":
    case "broken":
      return isModelsFault({ result, classification }) ? "failed" : undefined;
    // For this pool the model does not answer while the setting stands.
    case "account-setting":
      return "failed";
    case "model-limited":
      return "rateLimited";
    case "model-gone":
      return "gone";
    default:
      return undefined;
  }
}

function outcomeOfAnswer(
  path: string,
  { body }: UpstreamAnswer,
): RecordedCall["outcome"] {
  return isEmptyAnswer(body, path) ? "empty" : "answered";
}
