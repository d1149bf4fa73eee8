import {
  type AnswerCheck,
  answerCheckNames,
} from "@openrouter-free-pool/shared/api/answer-checks";
import { parseJson } from "@openrouter-free-pool/shared/json/parse-json";
import { withoutMark } from "@openrouter-free-pool/shared/text/byte-order-mark";
import type { Logger } from "pino";
import {
  type AnswerOutput,
  hasContent,
  readOutputs,
} from "../answer/answer-output.ts";
import type { RequestBody } from "../call/request-body.ts";
import { createCheckSchema } from "./check-schema.ts";
import { readRequestedSchema } from "./requested-schema.ts";
import { isTimeUp } from "./run-bounded.ts";

/** A larger answer is not checked. */
const mostCheckedBytes = 1024 * 1024;

/**
 * Checks a 2xx answer. What cannot be checked passes.
 *
 * @returns the checks that it fails.
 */
export type CheckAnswer = (
  answerBody: Buffer,
  request: {
    readonly checks: readonly AnswerCheck[];
    /** The endpoint, below the base URL. */
    readonly path: string;
    readonly requestBody: RequestBody;
  },
) => readonly AnswerCheck[];

/** Builds {@link CheckAnswer}. */
export function createCheckAnswer(deps: {
  logger: Logger;
  /** Limit for one validation, which blocks the worker's thread. */
  schemaTimeoutMs?: number;
}): CheckAnswer {
  const { logger, schemaTimeoutMs = 200 } = deps;
  const checkSchema = createCheckSchema(schemaTimeoutMs);

  function isValid(value: unknown, requestBody: RequestBody): boolean {
    const schema = readRequestedSchema(requestBody);
    if (!schema) return true;
    // A text that is not JSON matches no schema.
    if (value === undefined) return false;
    try {
      return checkSchema(value, schema);
    } catch (error) {
      // The error itself may quote the client's schema.
      const reason = isTimeUp(error) ? "time is up" : "unusable schema";
      logger.debug({ reason }, "An answer is not checked for its schema");
      return true;
    }
  }

  function passes(
    check: AnswerCheck,
    output: AnswerOutput,
    requestBody: RequestBody,
  ): boolean {
    const { text, hasOther, isCut } = output;
    switch (check) {
      case "content":
        return hasContent(output);
      case "complete":
        return !isCut;
      case "json":
        return hasOther || parseJson(text) !== undefined;
      case "schema":
        return hasOther || isValid(parseJson(text), requestBody);
    }
  }

  return function checkAnswer(answerBody, { checks, path, requestBody }) {
    if (path === "/embeddings" || answerBody.length > mostCheckedBytes) {
      return [];
    }
    const answer = parseJson(withoutMark(answerBody).toString());
    const outputs = readOutputs(answer, path);
    return answerCheckNames.filter(
      (check) =>
        checks.includes(check) &&
        !outputs.every((output) => passes(check, output, requestBody)),
    );
  };
}
