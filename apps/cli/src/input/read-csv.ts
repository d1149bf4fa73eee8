import type { Readable } from "node:stream";
import { parse } from "csv-parse";
import { inputError } from "./input-error.ts";
import {
  promptLine,
  type RequestDefaults,
  type RequestLine,
} from "./request-line.ts";
import type { Template } from "./template.ts";

const idColumns = ["custom_id", "id"];

/** Makes a prompt of each row of a CSV file whose first row names the columns. */
export async function* readCsv(
  input: Readable,
  template: Template,
  defaults: RequestDefaults,
): AsyncGenerator<RequestLine> {
  const rows = input.pipe(
    parse({ columns: true, bom: true, skip_empty_lines: true, trim: true }),
  );
  input.once("error", (error) => rows.destroy(error));
  let number = 0;
  try {
    for await (const row of rows as AsyncIterable<Record<string, string>>) {
      number += 1;
      const idColumn = idColumns.find((name) => row[name]);
      const customId = (idColumn && row[idColumn]) ?? `row-${number}`;
      yield promptLine(customId, template(row), defaults);
    }
  } catch (cause) {
    if (cause instanceof Error && "code" in cause) {
      throw inputError(`The CSV cannot be read: ${cause.message}`, cause);
    }
    throw cause;
  }
}
