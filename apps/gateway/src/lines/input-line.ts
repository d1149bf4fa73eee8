import type { Line } from "@openrouter-free-pool/shared/lines/line-splitter";

/** What is wrong with a line of a batch's input, in the form of OpenAI's `errors.data`. */
export type LineProblem = {
  readonly code: string;
  readonly message: string;
  readonly param: string | null;
  readonly line: number | null;
};

/** A line that is JSON and has an id. */
export type InputLine = {
  readonly number: number;
  readonly customId: string;
  readonly request: Readonly<Record<string, unknown>>;
};

const longestCustomId = 512;

// A byte order mark at the start of a file is skipped.
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Reads a line of JSON with a `custom_id`, or says what is wrong with it. */
export function parseInputLine(line: Line): InputLine | LineProblem {
  const problem = (code: string, message: string, param: string | null) => ({
    code,
    message,
    param,
    line: line.number,
  });
  if (!line.bytes) {
    return problem("invalid_request", "This line is too long.", null);
  }
  const request = parseObject(line.bytes);
  if (request === undefined) {
    return problem(
      "invalid_json_line",
      "This line is not parseable as a JSON object.",
      null,
    );
  }
  const { custom_id: customId } = request;
  if (
    typeof customId !== "string" ||
    customId === "" ||
    customId.length > longestCustomId
  ) {
    return problem(
      "invalid_request",
      `\`custom_id\` must be a string of 1 to ${longestCustomId} characters.`,
      "custom_id",
    );
  }
  return { number: line.number, customId, request };
}

/** Tells a problem from a line that can be read. */
export function isProblem<Other extends object>(
  parsed: Other | LineProblem,
): parsed is LineProblem {
  return "code" in parsed;
}

/** The problem of a line whose id stands further up already. */
export function duplicateProblem(
  { number, customId }: InputLine,
  firstLine: number,
): LineProblem {
  return {
    code: "duplicate_custom_id",
    message: `The \`custom_id\` ${JSON.stringify(customId)} is a duplicate of the one in line ${firstLine}. It must be unique in a file.`,
    param: "custom_id",
    line: number,
  };
}

function parseObject(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
