import { z } from "zod";
import { inputError } from "./input-error.ts";
import {
  promptLine,
  type RequestDefaults,
  type RequestLine,
} from "./request-line.ts";

const batchLineSchema = z.looseObject({
  custom_id: z.string(),
  url: z.string(),
  body: z.looseObject({}),
});

const promptSchema = z
  .looseObject({
    prompt: z.string().optional(),
    messages: z.array(z.unknown()).optional(),
    custom_id: z.string().optional(),
    id: z.union([z.string(), z.number()]).optional(),
  })
  .refine((line) => line.prompt !== undefined || line.messages !== undefined);

/** Reads a line of a batch as OpenAI defines it; it goes on as it is. */
export function readBatchLine(text: string, number: number): RequestLine {
  const parsed = batchLineSchema.safeParse(parseJson(text, number));
  if (!parsed.success) {
    throw inputError(
      `Line ${number} is no batch line: it needs custom_id, method, url and body`,
    );
  }
  return { customId: parsed.data.custom_id, text };
}

/** Reads a line such as `{"prompt":"…"}`; other fields go into the body. */
export function readPromptLine(
  text: string,
  number: number,
  defaults: RequestDefaults,
): RequestLine {
  const parsed = promptSchema.safeParse(parseJson(text, number));
  if (!parsed.success) {
    throw inputError(`Line ${number} has neither "prompt" nor "messages"`);
  }
  const { prompt = "", custom_id: customId, id, ...fields } = parsed.data;
  const name = customId ?? (id === undefined ? `line-${number}` : String(id));
  return promptLine(name, prompt, defaults, fields);
}

function parseJson(text: string, number: number): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw inputError(`Line ${number} is not valid JSON`, cause);
  }
}
