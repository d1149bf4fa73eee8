import { answerCheckHeader } from "@openrouter-free-pool/shared/api/answer-checks";
import type { CompletionRequest } from "@openrouter-free-pool/shared/queue/completion-job";
import type { CallResult } from "../answer/call-result.ts";
import type { UpstreamAnswer } from "../answer/outcome.ts";
import type { RequestBody } from "../call/request-body.ts";
import type { CheckAnswer } from "../check/check-answer.ts";
import type { Classification } from "./classify-result.ts";

/** Checks an answer that would be returned. @returns the classification, or that the answer is unfit. */
export function requireFit(
  classification: Classification,
  call: {
    readonly result: CallResult;
    readonly request: Pick<CompletionRequest, "path" | "answerCheck">;
    readonly body: RequestBody;
    readonly checkAnswer: CheckAnswer;
  },
): Classification {
  const { result, request, body } = call;
  const { answerCheck: checks = [], path } = request;
  if (checks.length === 0 || classification.kind !== "return") {
    return classification;
  }
  const isError = classification.status !== undefined;
  if (isError || result.kind !== "answer" || result.answer.status >= 300) {
    return classification;
  }
  const failed = call.checkAnswer(result.answer.body, {
    checks,
    path,
    requestBody: body,
  });
  if (failed.length === 0) return classification;
  const { model } = classification;
  return {
    kind: "unfit",
    failed,
    ...(model === undefined ? {} : { model }),
  };
}

/** The answer as the client gets it, with a header that says so when it is unfit. */
export function labelUnfit(
  answer: UpstreamAnswer,
  classification: Classification,
): UpstreamAnswer {
  if (classification.kind !== "unfit") return answer;
  const label = `failed ${classification.failed.join(", ")}`;
  return {
    ...answer,
    headers: { ...answer.headers, [answerCheckHeader]: label },
  };
}
