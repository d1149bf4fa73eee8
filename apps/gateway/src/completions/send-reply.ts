import type { FailureReply } from "@openrouter-free-pool/shared/replies/reply";
import type { Response } from "express";
import { GatewayError } from "../openai/gateway-error.ts";
import type { FinalReply } from "./waiting-requests.ts";

const noKeyRetryMs = 60_000;

/**
 * Gives the client what the worker sent: OpenRouter's own answer, byte for byte.
 *
 * @throws {GatewayError} when the worker could not get one.
 */
export function sendReply(response: Response, reply: FinalReply): void {
  response.set({
    "X-Queue-Time-Ms": String(reply.queueMs),
    "X-Upstream-Time-Ms": String(reply.upstreamMs),
    "X-Attempts": String(reply.calls),
  });
  if (reply.kind === "failure") throw toGatewayError(reply);
  response.status(reply.status).set(reply.headers).end(reply.body);
}

function toGatewayError({ code }: FailureReply): GatewayError {
  switch (code) {
    case "no-usable-key":
      return new GatewayError(code, "No OpenRouter key is usable", {
        retryAfterMs: noKeyRetryMs,
      });
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
