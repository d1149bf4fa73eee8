import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { stringify } from "csv-stringify";
import { columns, toRow } from "./to-row.ts";

/** Writes results as a table of text: CSV with commas, or TSV. */
export async function writeTable(
  lines: AsyncIterable<string>,
  { path, delimiter }: { path: string; delimiter: "," | "\t" },
): Promise<void> {
  async function* rows() {
    for await (const line of lines) yield toRow(line);
  }
  await pipeline(
    Readable.from(rows()),
    stringify({ header: true, columns: [...columns], delimiter }),
    createWriteStream(path),
  );
}
