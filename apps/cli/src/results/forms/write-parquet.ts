import { fileWriter, parquetWriteRows } from "hyparquet-writer";
import { columns, toRow } from "./to-row.ts";

/** Rows that are held and compressed together; answers may be large. */
const groupRows = 1_000;

/** Writes results as a Parquet file (Snappy). */
export async function writeParquet(
  lines: AsyncIterable<string>,
  path: string,
): Promise<void> {
  async function* rows() {
    for await (const line of lines) yield toRow(line);
  }
  await parquetWriteRows({
    writer: fileWriter(path),
    rows: rows(),
    columns: columns.map((name) => ({ name, type: "STRING", nullable: true })),
    rowGroupSize: groupRows,
  });
}
