import { errorMessageSchema } from "@openrouter-free-pool/shared/api/error-object";
import { z } from "zod";

const lineSchema = z.object({
  custom_id: z.string(),
  response: z
    .object({ status_code: z.number(), body: z.unknown() })
    .nullable()
    .optional(),
  error: z.object({ code: z.string(), message: z.string() }).nullish(),
});

const chatSchema = z.object({
  choices: z
    .array(z.object({ message: z.object({ content: z.string().nullable() }) }))
    .min(1),
});

/** A result in short: the answer, or why there is none. */
type SimpleResult = {
  readonly id: string;
  readonly content?: unknown;
  readonly error?: string;
};

/** Makes `{"id","content"}` or `{"id","error"}` of a line of an output or error file. */
export function simplify(text: string): SimpleResult {
  const line = lineSchema.parse(JSON.parse(text));
  const { custom_id: id, response, error } = line;
  const chat = chatSchema.safeParse(response?.body);
  if (chat.success) {
    return { id, content: chat.data.choices[0]?.message.content ?? "" };
  }
  const refused = errorMessageSchema.safeParse(response?.body);
  if (error) return { id, error: error.message };
  return refused.success
    ? { id, error: refused.data.error.message }
    : { id, content: response?.body ?? null };
}

/** JSON that is one line for every reader: some treat these characters as line breaks. */
export function toJsonLine(value: object): string {
  return JSON.stringify(value).replaceAll(
    /[\u0085\u2028\u2029]/g,
    (character) =>
      `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
