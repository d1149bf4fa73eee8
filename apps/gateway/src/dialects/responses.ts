import { errorObjectSchema } from "@openrouter-free-pool/shared/api/error-object";
import { z } from "zod";
import { toResponseEvents } from "./answer-events.ts";
import type { Dialect } from "./dialect.ts";
import { bodySchema, present } from "./known-fields.ts";
import { errorOf, toOpenAiError } from "./openai-error.ts";

/** OpenAI's Responses API. */
export const responses: Dialect = {
  path: "/responses",
  summary: "Create a response",
  canStream: true,
  schema: bodySchema({
    input: present,
    background: z.boolean().nullish().meta({
      description:
        "`true`: answered at once with a Response whose status is `queued`; ask for it by its id until it has ended",
    }),
  }),
  contentField: "input",
  example: { model: "openrouter/free", input: "Say hello." },
  errorSchema: errorObjectSchema,
  toAnswerEvents: toResponseEvents,
  toErrorBody: toOpenAiError,
  toErrorEvent(body) {
    const error = errorOf(body);
    const { code, message } = error as { code?: unknown; message?: unknown };
    const data = { type: "error", code, message, param: null, error };
    return `event: error\ndata: ${JSON.stringify(data)}\n\n`;
  },
};
