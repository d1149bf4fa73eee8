import { z } from "zod";
import { inputError } from "./input-error.ts";
import {
  promptLine,
  type RequestLine,
  type RequestOptions,
} from "./request-line.ts";

const recordSchema = z
  .looseObject({
    prompt: z.string().optional(),
    messages: z.array(z.unknown()).optional(),
    custom_id: z.string().optional(),
    id: z.union([z.string(), z.number()]).optional(),
  })
  .refine(
    ({ prompt, messages }) => prompt !== undefined || messages !== undefined,
  );

/** One record of an input: a row of a table, or a JSON object. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/**
 * Makes a request of a record. A template makes the prompt of the record's fields; without one the
 * record holds `prompt` or `messages`, and its other fields go into the body.
 *
 * @param place names the record where it has no id of its own, such as `line-3`.
 * @throws {CliError} when the record has neither.
 */
export function recordLine(
  record: JsonRecord,
  place: string,
  { template, ...defaults }: RequestOptions,
): RequestLine {
  if (template) {
    const name = record.custom_id || record.id || place;
    return promptLine(String(name), template(record), defaults);
  }
  const parsed = recordSchema.safeParse(record);
  if (!parsed.success) {
    const where = place.replace("-", " ");
    throw inputError(
      `${where.charAt(0).toUpperCase()}${where.slice(1)} has neither "prompt" nor "messages"; a prompt of other fields is made with --template`,
    );
  }
  const { prompt = "", custom_id: customId, id, ...fields } = parsed.data;
  const name = customId ?? (id === undefined ? place : String(id));
  return promptLine(name, prompt, defaults, fields);
}
