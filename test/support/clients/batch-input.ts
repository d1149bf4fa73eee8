import { testModel } from "./chat.ts";

/** What a line of a batch's input may say besides the usual. */
export type BatchLineOptions = {
  model?: string;
  content?: string;
  /** Takes the place of whole fields. */
  extra?: Record<string, unknown>;
};

/** One line of a batch's input, as an object. */
export function batchLine(
  customId: string,
  {
    model = testModel,
    content = `Hello ${customId}`,
    extra = {},
  }: BatchLineOptions = {},
) {
  return {
    custom_id: customId,
    method: "POST",
    url: "/v1/chat/completions",
    // The simulator records `user`, so that the calls of a line can be told.
    body: { model, user: customId, messages: [{ role: "user", content }] },
    ...extra,
  };
}

/** An input of so many lines, with the ids `line-0`, `line-1` … */
export function batchInput(
  count: number,
  { prefix = "line", ...options }: BatchLineOptions & { prefix?: string } = {},
): string {
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify(batchLine(`${prefix}-${index}`, options)),
  )
    .map((line) => `${line}\n`)
    .join("");
}

/** One line of an output or error file. */
export type OutputLine = {
  id: string;
  custom_id: string;
  response: {
    status_code: number;
    request_id: string;
    body: unknown;
    answer_check?: string;
  } | null;
  error: { code: string; message: string } | null;
};

/** Parses an output or error file. */
export function parseOutput(text: string): OutputLine[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as OutputLine);
}
