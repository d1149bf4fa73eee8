import { isUtf8 } from "node:buffer";
import type { batchErrorSchema } from "@openrouter-free-pool/shared/api/batch-object";
import { MemberNames } from "@openrouter-free-pool/shared/json/member-names";
import { parseRange } from "@openrouter-free-pool/shared/json/parse-json";
import {
  type JsonScan,
  JsonScanError,
  scanJson,
} from "@openrouter-free-pool/shared/json/scan-json";
import type { Line } from "@openrouter-free-pool/shared/lines/line-splitter";
import { withoutMark } from "@openrouter-free-pool/shared/text/byte-order-mark";
import type { z } from "zod";

/** What is wrong with a line of a batch's input, in the form of OpenAI's `errors.data`. */
export type LineProblem = Readonly<z.output<typeof batchErrorSchema>>;

/** A line that is a JSON object and has an id. */
export type InputLine = {
  readonly number: number;
  readonly customId: string;
  /** The line without a byte order mark. */
  readonly bytes: Buffer;
  /** Positions of the line's members in `bytes`. */
  readonly members: JsonScan["members"];
};

const longestCustomId = 512;
/** An escaped character of an id takes 6 bytes at most. */
const longestCustomIdBytes = 6 * longestCustomId + 2;
/** Nesting levels: 256 in a body, and the line around it. */
const mostLevels = 257;
const names = new MemberNames(["custom_id", "method", "url", "body"]);

/**
 * Reads a line with a `custom_id`, or says what is wrong with it. Uploads, validation and
 * execution use this function, so that they agree about every line.
 */
export function parseInputLine(line: Line): InputLine | LineProblem {
  const invalid = (message: string, param: string | null = null) => ({
    code: "invalid_request",
    message,
    param,
    line: line.number,
  });
  if (!line.bytes) return invalid("This line is too long.");
  const bytes = withoutMark(line.bytes);
  const scan = scanObject(bytes);
  if (scan === "too-deep") {
    return invalid(
      `This line is nested too deeply: more than ${mostLevels - 1} levels in \`body\`.`,
    );
  }
  if (scan === "invalid") {
    const message = "This line is not parseable as a JSON object.";
    return { ...invalid(message), code: "invalid_json_line" };
  }
  const customId = readText({ bytes, members: scan.members }, "custom_id");
  if (!customId || customId.length > longestCustomId) {
    return invalid(
      `\`custom_id\` must be a string of 1 to ${longestCustomId} characters.`,
      "custom_id",
    );
  }
  return { number: line.number, customId, bytes, members: scan.members };
}

/** The string value of a member of the line; undefined when it is not a string or very long. */
export function readText(
  { bytes, members }: Pick<InputLine, "bytes" | "members">,
  name: string,
): string | undefined {
  const range = members.get(name);
  if (range?.kind !== "string") return undefined;
  if (range.end - range.start > longestCustomIdBytes) return undefined;
  return parseRange(bytes, range) as string;
}

/** Whether a parsed line is a problem. */
export function isProblem<Other extends object>(
  parsed: Other | LineProblem,
): parsed is LineProblem {
  return "code" in parsed;
}

/** The problem of a line whose id occurs in an earlier line. */
export function duplicateProblem(
  { number, customId }: Pick<InputLine, "number" | "customId">,
  firstLine: number,
): LineProblem {
  return {
    code: "duplicate_custom_id",
    message: `The \`custom_id\` ${JSON.stringify(customId)} is a duplicate of the one in line ${firstLine}. It must be unique in a file.`,
    param: "custom_id",
    line: number,
  };
}

function scanObject(bytes: Buffer): JsonScan | "invalid" | "too-deep" {
  if (!isUtf8(bytes)) return "invalid";
  try {
    const scan = scanJson(bytes, { names, maxDepth: mostLevels });
    return scan.kind === "object" ? scan : "invalid";
  } catch (error) {
    if (error instanceof JsonScanError) return error.reason;
    throw error;
  }
}
