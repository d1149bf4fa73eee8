import { createInterface } from "node:readline";
import { Readable } from "node:stream";

/** The lines of a stream of bytes. */
export function readLines(
  chunks: AsyncIterable<Uint8Array>,
): AsyncIterable<string> {
  return createInterface({
    input: Readable.from(chunks),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
}
