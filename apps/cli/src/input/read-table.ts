import { Readable } from "node:stream";
import { parse } from "csv-parse";
import { say } from "../words/say.ts";
import { inputError } from "./input-error.ts";
import { peekText } from "./peek-text.ts";
import { type JsonRecord, recordLine } from "./record-line.ts";
import type { RequestLine, RequestOptions } from "./request-line.ts";

const delimiters = [",", ";", "\t", "|"] as const;

/** Separates the columns of a table. */
export type Delimiter = (typeof delimiters)[number];

/** Excel's way to name the delimiter, before the first row. */
const delimiterRow = /^sep=(.)\r?\n/;

/** Makes a prompt of each row of a table whose first row has the names of the columns. */
export async function* readTable(
  text: AsyncIterable<string>,
  delimiter: Delimiter | undefined,
  options: RequestOptions,
): AsyncGenerator<RequestLine> {
  const peeked = await peekText(text, (header) => header.includes("\n"));
  const header = peeked.beginning;
  const stated = delimiterRow.exec(header);
  const rows = Readable.from(peeked.text).pipe(
    parse({
      columns: true,
      bom: true,
      skip_empty_lines: true,
      trim: true,
      delimiter: delimiter ?? stated?.[1] ?? findDelimiter(header),
      from_line: stated ? 2 : 1,
    }),
  );
  let number = 0;
  try {
    for await (const row of rows as AsyncIterable<JsonRecord>) {
      number += 1;
      yield recordLine(row, { kind: "row", number }, options);
    }
  } catch (cause) {
    if (cause instanceof Error && "code" in cause) {
      throw inputError(say("input.badTable", { reason: cause.message }), cause);
    }
    throw cause;
  }
}

/** The most frequent delimiter in the first row, outside of quoted text. */
export function findDelimiter(header: string): Delimiter {
  const [row = ""] = header.replaceAll(/"(?:[^"]|"")*"/g, "").split(/\r?\n/, 1);
  const count = (delimiter: Delimiter) => row.split(delimiter).length;
  return delimiters.reduce((best, next) =>
    count(next) > count(best) ? next : best,
  );
}
