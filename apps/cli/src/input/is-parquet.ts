import { open } from "node:fs/promises";

/** The first bytes of every Parquet file. */
const mark = "PAR1";

/** Whether a file is a Parquet file, by its first bytes. */
export async function isParquet(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { buffer } = await handle.read(Buffer.alloc(mark.length), 0);
    return buffer.toString("latin1") === mark;
  } finally {
    await handle.close();
  }
}
