import type {
  FailureReply,
  FinalReply,
  ReplyFigures,
} from "@openrouter-free-pool/shared/replies/reply";
import type { Response } from "express";
import { familyOf } from "../families/family.ts";
import { fitError } from "../families/fit-error.ts";
import { GatewayError } from "../gateway-error.ts";
import { noteCompletion } from "./completion-notes.ts";
import { bodyLost } from "./held-body.ts";

const noKeyRetryMs = 60_000;

/**
 * Gives the client what the worker sent: OpenRouter's own answer, byte for byte.
 * Where white space went ahead of it, its status can no longer be told.
 *
 * @throws {GatewayError} when the worker could not get one.
 */
export function sendAnswer(response: Response, reply: FinalReply): void {
  if (reply.kind === "answer" || reply.kind === "failure") {
    setFigures(response, reply);
  }
  if (reply.kind !== "answer") throw toReplyError(reply);
  const { status, headers, body } = fitError(reply, familyOf(response));
  if (!response.headersSent) response.status(status).set(headers);
  response.end(body);
}

/** Notes how a request fared, and tells the client unless the headers are out already. */
export function setFigures(
  response: Response,
  { queueMs, upstreamMs, calls }: ReplyFigures,
): void {
  noteCompletion(response, { queueMs, upstreamMs, calls });
  if (response.headersSent) return;
  response.set({
    "X-Queue-Time-Ms": String(queueMs),
    "X-Upstream-Time-Ms": String(upstreamMs),
    "X-Attempts": String(calls),
  });
}

/** Why there is no answer. */
export function toReplyError(
  reply: Exclude<FinalReply, { kind: "answer" }>,
): GatewayError {
  switch (reply.kind) {
    case "failure":
      return toFailureError(reply);
    case "stream-broken":
      return new GatewayError("stream-broken", reply.message);
    case "stream-end":
      return new GatewayError("internal", "A stream came for a plain request");
  }
}

function toFailureError(reply: FailureReply): GatewayError {
  const { code, retryAfterMs = noKeyRetryMs } = reply;
  switch (code) {
    case "keys-rate-limited":
      return new GatewayError(code, "All API keys are rate limited", {
        retryAfterMs,
      });
    case "no-usable-key":
      return new GatewayError(code, "No OpenRouter key is usable", {
        retryAfterMs,
      });
    case "body-lost":
      return bodyLost();
    case "removed":
      return new GatewayError(
        code,
        "An operator took the request off the queue; it was not sent",
      );
    case "waited-out":
      return new GatewayError(
        code,
        "No slot became free in time; the request was taken off the queue",
      );
    case "worker-crashed":
      return new GatewayError(
        code,
        "Several workers ended while they handled this request",
      );
  }
}
