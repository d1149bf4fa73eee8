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

/** Makes `{"id","content"}` or `{"id","error"}` of a line of an output or error file. */
export function simplify(text: string): string {
  const line = lineSchema.parse(JSON.parse(text));
  const { custom_id: id, response, error } = line;
  const chat = chatSchema.safeParse(response?.body);
  if (chat.success) {
    return toLine({
      id,
      content: chat.data.choices[0]?.message.content ?? "",
    });
  }
  const refused = errorMessageSchema.safeParse(response?.body);
  if (error) return toLine({ id, error: error.message });
  return refused.success
    ? toLine({ id, error: refused.data.error.message })
    : toLine({ id, content: response?.body ?? null });
}

/** JSON that is one line for every reader: some take these characters for line breaks. */
function toLine(value: object): string {
  return JSON.stringify(value).replaceAll(
    /[\u0085\u2028\u2029]/g,
    (character) =>
      `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
