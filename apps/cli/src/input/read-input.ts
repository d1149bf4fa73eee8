import { constants, createReadStream } from "node:fs";
import { access, stat } from "node:fs/promises";
import { readTextLines } from "@openrouter-free-pool/shared/lines/line-splitter";
import { say } from "../words/say.ts";
import { decodeInput } from "./decode-input.ts";
import { inputError } from "./input-error.ts";
import { isParquet } from "./is-parquet.ts";
import { peekText } from "./peek-text.ts";
import { readJsonArray } from "./read-json-array.ts";
import { readBatchLine, readPromptLine } from "./read-json-lines.ts";
import { type Delimiter, readTable } from "./read-table.ts";
import {
  promptLine,
  type RequestLine,
  type RequestOptions,
} from "./request-line.ts";

/** Forms that an input may have. */
export const inputFormats = [
  "batch",
  "prompts",
  "array",
  "csv",
  "tsv",
  "text",
  "parquet",
] as const;

/** See {@link inputFormats}. */
export type InputFormat = (typeof inputFormats)[number];

/** One request a line. */
type LineFormat = Exclude<InputFormat, "csv" | "tsv" | "array" | "parquet">;

/** What is read, and in which form. */
type InputOptions = {
  /** A file's path, or `-` for standard input. */
  readonly source: string;
  /** When it is not given, the name and the beginning of the input decide. */
  readonly format: InputFormat | undefined;
  /** See {@link decodeInput}. */
  readonly encoding: string | undefined;
  readonly requests: RequestOptions;
};

/** Longest line, in bytes; the gateway accepts less. */
const longestLineBytes = 128 * 1024 * 1024;

/** Reads an input as lines of a batch, one at a time. */
export async function* readInput(
  options: InputOptions,
): AsyncGenerator<RequestLine> {
  const { source, requests } = options;
  await checkSource(source);
  if (await hasRowsOfParquet(options)) {
    // Loaded only when used: it would be a quarter of every command's start.
    const { readParquet } = await import("./read-parquet.ts");
    yield* readParquet(source, requests);
    return;
  }
  const decoded = decodeInput(openSource(source), options.encoding);
  const { beginning, text } = await peekText(decoded, hasLine);
  const format = options.format ?? detectFormat(source, beginning);
  switch (format) {
    case "csv":
    case "tsv":
      yield* readRows(text, format === "tsv" ? "\t" : undefined, requests);
      return;
    case "array":
      yield* readJsonArray(text, requests);
      return;
    case "parquet":
      throw inputError(say("input.noParquet", { path: source }));
    default:
      yield* readRequestLines(text, format, requests);
  }
}

async function* readRows(
  text: AsyncIterable<string>,
  delimiter: Delimiter | undefined,
  requests: RequestOptions,
): AsyncGenerator<RequestLine> {
  if (!requests.template) {
    throw inputError(say("input.needsTemplate"));
  }
  yield* readTable(text, delimiter, requests);
}

async function* readRequestLines(
  text: AsyncIterable<string>,
  format: LineFormat,
  requests: RequestOptions,
): AsyncGenerator<RequestLine> {
  let number = 0;
  for await (const line of readTextLines(text, longestLineBytes)) {
    number += 1;
    if (line === undefined)
      throw inputError(say("input.lineTooLong", { line: number }));
    if (line.trim() === "") continue;
    if (format === "batch") yield readBatchLine(line, number);
    else if (format === "prompts") yield readPromptLine(line, number, requests);
    else yield promptLine(`line-${number}`, line, requests);
  }
}

/** Whether the beginning contains a complete line that is not blank. */
const hasLine = (beginning: string) => beginning.trimStart().includes("\n");

/**
 * Detects the form of an input.
 *
 * @param beginning its first line that is not blank, and what was read after it.
 */
export function detectFormat(source: string, beginning: string): InputFormat {
  if (/\.csv$/i.test(source)) return "csv";
  if (/\.(tsv|tab)$/i.test(source)) return "tsv";
  const text = beginning.trimStart();
  // A text may also begin with a bracket: "[INST] …".
  if (/^\[\s*["{\]]/.test(text)) return "array";
  try {
    const value: unknown = JSON.parse(text.split("\n", 1)[0] ?? "");
    if (typeof value !== "object" || value === null) return "text";
    return "custom_id" in value && "body" in value ? "batch" : "prompts";
  } catch {
    // An object that continues on the next line is JSON that cannot be read line by line.
    if (/^\{\s*\n\s*"/.test(text)) throw indentedObjects();
    return "text";
  }
}

function indentedObjects() {
  return inputError(say("input.severalLines"));
}

async function hasRowsOfParquet({
  source,
  format,
}: InputOptions): Promise<boolean> {
  if (source !== "-") {
    const isWanted = format === "parquet" || format === undefined;
    return isWanted && (format === "parquet" || (await isParquet(source)));
  }
  if (format !== "parquet") return false;
  throw inputError(say("input.parquetFile"));
}

/** @throws {CliError} when a file cannot be read, with the reason in a sentence. */
async function checkSource(source: string): Promise<void> {
  if (source === "-") return;
  try {
    if ((await stat(source)).isDirectory()) {
      throw inputError(say("input.isFolder", { path: source }));
    }
    await access(source, constants.R_OK);
  } catch (cause) {
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
    const isMissing = "code" in cause && cause.code === "ENOENT";
    throw inputError(
      say(isMissing ? "input.noFile" : "input.notReadable", { path: source }),
      cause,
    );
  }
}

function openSource(source: string): AsyncIterable<Buffer> {
  return source === "-" ? process.stdin : createReadStream(source);
}
