import { z } from "zod";
import { toMessageEvents } from "./answer-events.ts";
import type { Dialect } from "./dialect.ts";
import { bodySchema } from "./known-fields.ts";
import { errorOf } from "./openai-error.ts";

const anthropicErrorSchema = z.object({
  type: z.literal("error"),
  error: z.object({ type: z.string(), message: z.string() }),
});

/** Anthropic's Messages API. */
export const messages: Dialect = {
  path: "/messages",
  summary: "Create a message",
  canStream: true,
  schema: bodySchema({ messages: z.array(z.unknown()).min(1) }),
  contentField: "messages",
  example: {
    model: "openrouter/free",
    max_tokens: 100,
    messages: [{ role: "user", content: "Say hello." }],
  },
  errorSchema: anthropicErrorSchema,
  toAnswerEvents: toMessageEvents,
  toErrorBody: ({ status, message }) => ({
    type: "error",
    error: { type: typeOf(status), message },
  }),
  fitErrorBody(body, status) {
    if ("type" in body && body.type === "error") return body;
    const error = errorOf(body) as object;
    return {
      ...body,
      type: "error",
      error: { ...error, type: typeOf(status) },
    };
  },
  toErrorEvent(body) {
    const { message, type = "api_error" } = errorOf(body) as {
      message?: string;
      type?: string;
    };
    const data = { type: "error", error: { type, message } };
    return `event: error\ndata: ${JSON.stringify(data)}\n\n`;
  },
};

/** Anthropic's error types by status, from its documentation; others are `api_error`. */
const errorTypes: Record<number, string> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  405: "invalid_request_error",
  408: "timeout_error",
  413: "request_too_large",
  415: "invalid_request_error",
  429: "rate_limit_error",
  422: "invalid_request_error",
  503: "overloaded_error",
  504: "timeout_error",
  529: "overloaded_error",
};

const typeOf = (status: number) => errorTypes[status] ?? "api_error";
