import {
  type AsyncBuffer,
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetReadObjects,
  toJson,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { say } from "../words/say.ts";
import { inputError } from "./input-error.ts";
import { type JsonRecord, recordLine } from "./record-line.ts";
import type { RequestLine, RequestOptions } from "./request-line.ts";

/** Rows that are decoded at a time. */
const chunkRows = 1_000;

/**
 * Reads the rows of a Parquet file. Columns are fields: `prompt` or `messages`, or those of a
 * template; numbers and nested values keep their types, and a null is an absent field.
 *
 * @throws {CliError} when it is not a readable Parquet file.
 */
export async function* readParquet(
  path: string,
  options: RequestOptions,
): AsyncGenerator<RequestLine> {
  let number = 0;
  for await (const row of readRows(path)) {
    number += 1;
    yield recordLine(row, { kind: "row", number }, options);
  }
}

async function* readRows(path: string): AsyncGenerator<JsonRecord> {
  try {
    const file: AsyncBuffer = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    const count = Number(metadata.num_rows);
    for (let rowStart = 0; rowStart < count; rowStart += chunkRows) {
      const rows = await parquetReadObjects({
        file,
        metadata,
        compressors,
        rowStart,
        rowEnd: Math.min(count, rowStart + chunkRows),
      });
      for (const row of rows) yield withoutNulls(toJson(row) as JsonRecord);
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw inputError(say("input.badParquet", { path, reason }));
  }
}

function withoutNulls(row: JsonRecord): JsonRecord {
  return Object.fromEntries(
    Object.entries(row).filter(
      ([, value]) => value !== null && value !== undefined,
    ),
  );
}
