import { errorObjectSchema } from "@openrouter-free-pool/shared/api/error-object";
import type { Dialect } from "./dialect.ts";
import { bodySchema, present } from "./known-fields.ts";
import { dataEvent, toOpenAiError } from "./openai-error.ts";

/** OpenAI's embeddings. */
export const embeddings: Dialect = {
  path: "/embeddings",
  summary: "Create embeddings",
  canStream: false,
  schema: bodySchema({ input: present }),
  contentField: "input",
  example: { model: "openrouter/free", input: "Hello" },
  errorSchema: errorObjectSchema,
  toErrorBody: toOpenAiError,
  toAnswerEvents: dataEvent,
  toErrorEvent: (body) => dataEvent(body),
};
