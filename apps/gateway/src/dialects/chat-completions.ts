import { toEpochSeconds } from "@openrouter-free-pool/shared/api/epoch-seconds";
import { errorObjectSchema } from "@openrouter-free-pool/shared/api/error-object";
import { z } from "zod";
import { toChatEvents } from "./answer-events.ts";
import type { Dialect } from "./dialect.ts";
import { bodySchema } from "./known-fields.ts";
import { dataEvent, errorOf, toOpenAiError } from "./openai-error.ts";

/** OpenAI's chat completions. */
export const chatCompletions: Dialect = {
  path: "/chat/completions",
  summary: "Create a chat completion",
  canStream: true,
  schema: bodySchema({ messages: z.array(z.unknown()).min(1) }),
  contentField: "messages",
  example: {
    model: "openrouter/free",
    messages: [{ role: "user", content: "Say hello." }],
  },
  errorSchema: errorObjectSchema,
  toAnswerEvents: toChatEvents,
  toErrorBody: toOpenAiError,
  toErrorEvent: (body, model) =>
    dataEvent({
      id: "",
      object: "chat.completion.chunk",
      created: toEpochSeconds(Date.now()),
      model,
      error: errorOf(body),
      choices: [{ index: 0, delta: { content: "" }, finish_reason: "error" }],
    }),
};
