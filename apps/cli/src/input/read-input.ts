import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { inputError } from "./input-error.ts";
import { readCsv } from "./read-csv.ts";
import { readBatchLine, readPromptLine } from "./read-json-lines.ts";
import {
  promptLine,
  type RequestDefaults,
  type RequestLine,
} from "./request-line.ts";
import { parseTemplate } from "./template.ts";

/** Forms that an input may have. */
export const inputFormats = ["batch", "prompts", "csv", "text"] as const;

/** See {@link inputFormats}. */
export type InputFormat = (typeof inputFormats)[number];

/** What is read, and how. */
export type InputOptions = {
  /** A file's path, or `-` for standard input. */
  readonly source: string;
  /** Found out from the name and the first line when it is not given. */
  readonly format: InputFormat | undefined;
  /** For CSV. */
  readonly template: string | undefined;
  readonly defaults: RequestDefaults;
};

/** Reads an input as lines of a batch, one at a time. */
export async function* readInput(
  options: InputOptions,
): AsyncGenerator<RequestLine> {
  const { source, template, defaults } = options;
  const isCsv =
    options.format === "csv" ||
    (options.format === undefined && /\.csv$/i.test(source));
  if (isCsv) {
    if (template === undefined) {
      throw inputError(
        'A CSV needs --template, such as "Translate into {language}: {text}"',
      );
    }
    yield* readCsv(await openSource(source), parseTemplate(template), defaults);
    return;
  }
  let format = options.format;
  let number = 0;
  const lines = createInterface({
    input: await openSource(source),
    crlfDelay: Infinity,
  });
  for await (const line of lines) {
    number += 1;
    if (line.trim() === "") continue;
    format ??= detectFormat(line);
    yield readLine(line, number, format, defaults);
  }
}

function readLine(
  line: string,
  number: number,
  format: Exclude<InputFormat, "csv">,
  defaults: RequestDefaults,
): RequestLine {
  switch (format) {
    case "batch":
      return readBatchLine(line, number);
    case "prompts":
      return readPromptLine(line, number, defaults);
    case "text":
      return promptLine(`line-${number}`, line, defaults);
  }
}

/** What the first line looks like. */
export function detectFormat(line: string): Exclude<InputFormat, "csv"> {
  try {
    const value: unknown = JSON.parse(line.replace(/^\uFEFF/, ""));
    if (typeof value !== "object" || value === null) return "text";
    return "custom_id" in value && "body" in value ? "batch" : "prompts";
  } catch {
    return "text";
  }
}

async function openSource(source: string): Promise<Readable> {
  if (source === "-") return process.stdin;
  try {
    return (await open(source)).createReadStream();
  } catch (cause) {
    throw inputError(`${source} cannot be read`, cause);
  }
}
