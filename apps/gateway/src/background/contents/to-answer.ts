import type { FinalReply } from "@openrouter-free-pool/shared/replies/reply";
import { figureHeaders } from "../../completions/client-response.ts";
import { toReplyError } from "../../completions/reply-error.ts";
import type { Dialect } from "../../dialects/dialect.ts";
import { fitError } from "../../dialects/fit-error.ts";
import type { GatewayError } from "../../errors/gateway-error.ts";
import type { WholeAnswer } from "./background-contents.ts";

/**
 * The answer for a client that collects it later: the same as if it had waited.
 *
 * @param goneError the error for a model that is gone.
 */
export function toAnswer(
  reply: FinalReply,
  what: { dialect: Dialect; maxWaitMs: number; goneError: () => GatewayError },
): WholeAnswer {
  const { dialect } = what;
  if (reply.kind === "answer") {
    const { status, headers, body } = fitError(reply, dialect);
    return { status, headers: { ...headers, ...figureHeaders(reply) }, body };
  }
  const isGone = reply.kind === "failure" && reply.code === "model-gone";
  const error = isGone ? what.goneError() : toReplyError(reply, what.maxWaitMs);
  const answer = toErrorAnswer(error, dialect);
  if (reply.kind !== "failure") return answer;
  return {
    ...answer,
    headers: { ...answer.headers, ...figureHeaders(reply) },
  };
}

/** An error of our own as an answer. */
export function toErrorAnswer(
  error: GatewayError,
  dialect: Dialect,
): WholeAnswer {
  return {
    status: error.status,
    headers: { "content-type": "application/json; charset=utf-8" },
    body: Buffer.from(JSON.stringify(dialect.toErrorBody(error))),
  };
}
