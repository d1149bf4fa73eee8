import { parseJson } from "@openrouter-free-pool/shared/json/parse-json";
import type { AnswerReply } from "@openrouter-free-pool/shared/replies/reply";
import type { Family } from "./family.ts";

/** An answer whose error, if it is one, has the form that clients of the family read. */
export function fitError(
  answer: AnswerReply,
  family: Family | undefined,
): AnswerReply {
  if (answer.status < 400 || !family?.fitErrorBody) return answer;
  const given = parseJson(answer.body.toString());
  if (typeof given !== "object" || given === null) return answer;
  const fitted = family.fitErrorBody(given, answer.status);
  return fitted === given
    ? answer
    : { ...answer, body: Buffer.from(JSON.stringify(fitted)) };
}
