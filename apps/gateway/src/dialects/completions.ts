import { toEpochSeconds } from "@openrouter-free-pool/shared/api/epoch-seconds";
import { errorObjectSchema } from "@openrouter-free-pool/shared/api/error-object";
import { toCompletionEvents } from "./answer-events.ts";
import type { Dialect } from "./dialect.ts";
import { bodySchema, present } from "./known-fields.ts";
import { dataEvent, errorOf, toOpenAiError } from "./openai-error.ts";

/** OpenAI's older text completions. */
export const completions: Dialect = {
  path: "/completions",
  summary: "Create a text completion",
  canStream: true,
  schema: bodySchema({ prompt: present }),
  contentField: "prompt",
  example: { model: "openrouter/free", prompt: "Say hello." },
  errorSchema: errorObjectSchema,
  toAnswerEvents: toCompletionEvents,
  toErrorBody: toOpenAiError,
  toErrorEvent: (body, model) =>
    dataEvent({
      id: "",
      object: "text_completion",
      created: toEpochSeconds(Date.now()),
      model,
      error: errorOf(body),
      choices: [{ index: 0, text: "", finish_reason: "error" }],
    }),
};
