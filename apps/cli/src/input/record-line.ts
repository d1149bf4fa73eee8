import { z } from "zod";
import { say } from "../words/say.ts";
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

/** The position of a record in its input, counted from 1. */
type Place = {
  readonly kind: "line" | "row" | "item";
  readonly number: number;
};

/** The id of a record without one: `line-3`. */
export function nameOf({ kind, number }: Place): string {
  return `${kind}-${number}`;
}

/**
 * Makes a request of a record. A template makes the prompt from the record's fields; without a
 * template the record has `prompt` or `messages`, and its other fields go into the body.
 *
 * @param place names the record if it has no id of its own, such as line 3.
 * @throws {CliError} when the record has neither.
 */
export function recordLine(
  record: JsonRecord,
  place: Place,
  { template, ...defaults }: RequestOptions,
): RequestLine {
  if (template) {
    const name = record.custom_id || record.id || nameOf(place);
    return promptLine(String(name), template(record), defaults);
  }
  const parsed = recordSchema.safeParse(record);
  if (!parsed.success) {
    const where = say(`input.place.${place.kind}`, { number: place.number });
    throw inputError(say("input.noPrompt", { place: where }));
  }
  const { prompt = "", custom_id: customId, id, ...fields } = parsed.data;
  const name = customId ?? (id === undefined ? nameOf(place) : String(id));
  return promptLine(name, prompt, defaults, fields);
}
