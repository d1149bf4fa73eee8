import { Readable } from "node:stream";
import { parse } from "csv-parse";
import { inputError } from "./input-error.ts";
import { type JsonRecord, recordLine } from "./record-line.ts";
import type { RequestLine, RequestOptions } from "./request-line.ts";

const delimiters = [",", ";", "\t", "|"] as const;

/** Separates the columns of a table. */
export type Delimiter = (typeof delimiters)[number];

/** Excel's own way to name the delimiter, in front of the first row. */
const delimiterRow = /^sep=(.)\r?\n/;

/** Makes a prompt of each row of a table whose first row names the columns. */
export async function* readTable(
  text: AsyncIterable<string>,
  delimiter: Delimiter | undefined,
  options: RequestOptions,
): AsyncGenerator<RequestLine> {
  const { header, rest } = await readHeader(text);
  const stated = delimiterRow.exec(header);
  const rows = Readable.from(rest).pipe(
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
      yield recordLine(row, `row-${number}`, options);
    }
  } catch (cause) {
    if (cause instanceof Error && "code" in cause) {
      throw inputError(`The table cannot be read: ${cause.message}`, cause);
    }
    throw cause;
  }
}

/** The delimiter that stands most often in the first row, quoted text aside. */
export function findDelimiter(header: string): Delimiter {
  const [row = ""] = header.replaceAll(/"(?:[^"]|"")*"/g, "").split(/\r?\n/, 1);
  const count = (delimiter: Delimiter) => row.split(delimiter).length;
  return delimiters.reduce((best, next) =>
    count(next) > count(best) ? next : best,
  );
}

/** Reads up to the end of the first line; `rest` is the whole text. */
async function readHeader(text: AsyncIterable<string>) {
  const iterator = text[Symbol.asyncIterator]();
  let header = "";
  while (!header.includes("\n")) {
    const { value, done } = await iterator.next();
    if (done) break;
    header += value;
  }
  async function* rest() {
    yield header;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { header, rest: rest() };
}
