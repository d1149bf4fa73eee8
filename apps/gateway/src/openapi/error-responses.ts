import { errorObjectSchema } from "@openrouter-free-pool/shared/api/error-object";
import type { z } from "zod";
import { jsonResponse, type ResponseObject } from "./operation.ts";
import { toSchema } from "./to-schema.ts";

const descriptions = {
  400: "The body, the query or a header cannot be used",
  401: "The API key, or for operators the password, is missing or wrong; or the key is disabled or has expired",
  403: "The request could be billed (`not_free`), its client may not use the model, it comes from a web page of another origin, or operators have no password",
  404: "There is no such thing, or OpenRouter does not have the model (any more) (`model_not_found`)",
  409: "Not in this state, the name is taken, or a stream with this Idempotency-Key was asked for already",
  410: "The request was cancelled",
  413: "The body is too large",
  415: "The body is not JSON",
  416: "The range lies outside the content",
  422: "The Idempotency-Key was used for another request",
  429: "The daily budgets are spent: the request could not be served in its time; or the client has too many requests open (`client-queue-full`), or sent too many wrong passwords",
  500: "Something unforeseen",
  502: "OpenRouter could not be reached, or broke off, several times",
  503: "Redis is down, the queue is full, no key is usable, or the gateway stops",
  504: "The request waited for as long as it may; it was taken off the queue and not sent. While Redis is away whether it was sent may be unknown: the message says so",
} as const;

/** Statuses of our own errors. */
export type ErrorStatus = keyof typeof descriptions;

const retryAfter = {
  "Retry-After": {
    description: "Seconds after which it is worth trying again",
    schema: { type: "integer" },
  },
};

/** The responses for these errors, in the form of one dialect. */
export function errorResponses(
  statuses: readonly ErrorStatus[],
  errorSchema: z.ZodType = errorObjectSchema,
): Record<number, ResponseObject> {
  const schema = toSchema(errorSchema);
  return Object.fromEntries(
    statuses.map((status) => {
      const response = jsonResponse(descriptions[status], schema);
      const isPassing = status === 429 || status === 503;
      return [
        status,
        isPassing ? { ...response, headers: retryAfter } : response,
      ];
    }),
  );
}
