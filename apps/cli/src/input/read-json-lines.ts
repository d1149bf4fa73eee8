import { z } from "zod";
import { say } from "../words/say.ts";
import { inputError } from "./input-error.ts";
import { recordLine } from "./record-line.ts";
import type { RequestLine, RequestOptions } from "./request-line.ts";

const batchLineSchema = z.looseObject({
  custom_id: z.string(),
  url: z.string(),
  body: z.looseObject({}),
});

/** Whether a value is a line of a batch as OpenAI defines it. */
export function isBatchLine(
  value: unknown,
): value is z.output<typeof batchLineSchema> {
  return batchLineSchema.safeParse(value).success;
}

/** Reads a line of a batch as OpenAI defines it; it is sent unchanged. */
export function readBatchLine(text: string, number: number): RequestLine {
  const value = parseJson(text, number);
  if (!isBatchLine(value)) {
    throw inputError(say("input.noBatchLine", { line: number }));
  }
  return { customId: value.custom_id, text };
}

/** Reads a line such as `{"prompt":"…"}`; other fields go into the body. */
export function readPromptLine(
  text: string,
  number: number,
  options: RequestOptions,
): RequestLine {
  const value = parseJson(text, number);
  const record = typeof value === "object" && value !== null ? value : {};
  return recordLine({ ...record }, { kind: "line", number }, options);
}

function parseJson(text: string, number: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw inputError(say("input.badLine", { line: number }), cause);
  }
}
