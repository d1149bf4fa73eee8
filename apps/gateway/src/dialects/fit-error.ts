import { parseJson } from "@openrouter-free-pool/shared/json/parse-json";
import type { AnswerReply } from "@openrouter-free-pool/shared/replies/reply";
import type { Dialect } from "./dialect.ts";

/** An answer whose error, if it is one, has the form that clients of the dialect read. */
export function fitError(
  answer: AnswerReply,
  dialect: Dialect | undefined,
): AnswerReply {
  if (answer.status < 400 || !dialect?.fitErrorBody) return answer;
  const given = parseJson(answer.body.toString());
  if (typeof given !== "object" || given === null) return answer;
  const fitted = dialect.fitErrorBody(given, answer.status);
  return fitted === given
    ? answer
    : { ...answer, body: Buffer.from(JSON.stringify(fitted)) };
}
