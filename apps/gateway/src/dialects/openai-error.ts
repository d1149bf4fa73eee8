import type { ErrorObject } from "@openrouter-free-pool/shared/api/error-object";
import type { GatewayError } from "../errors/gateway-error.ts";
import { toSeconds } from "../errors/gateway-error.ts";

/** The body of an error in the form that OpenAI's and OpenRouter's clients read. */
export function toOpenAiError(error: GatewayError): ErrorObject {
  const retryAfter =
    error.retryAfterMs === undefined
      ? {}
      : { retry_after_seconds: toSeconds(error.retryAfterMs) };
  return {
    error: {
      code: error.status,
      message: error.message,
      type: error.type,
      metadata: { reason: error.code, ...error.metadata, ...retryAfter },
    },
  };
}

/** The `error` of a body, of OpenRouter or our own. */
export function errorOf(body: object): unknown {
  return "error" in body ? body.error : body;
}

/** One server-sent event without a name. */
export function dataEvent(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
