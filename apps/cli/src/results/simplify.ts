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

const errorSchema = z.object({ error: z.object({ message: z.string() }) });

/** Makes `{"id","content"}` or `{"id","error"}` of a line of an output or error file. */
export function simplify(text: string): string {
  const line = lineSchema.parse(JSON.parse(text));
  const { custom_id: id, response, error } = line;
  const chat = chatSchema.safeParse(response?.body);
  if (chat.success) {
    return JSON.stringify({
      id,
      content: chat.data.choices[0]?.message.content ?? "",
    });
  }
  const refused = errorSchema.safeParse(response?.body);
  if (error) return JSON.stringify({ id, error: error.message });
  return refused.success
    ? JSON.stringify({ id, error: refused.data.error.message })
    : JSON.stringify({ id, content: response?.body ?? null });
}
