import { readTextLines } from "@openrouter-free-pool/shared/lines/line-splitter";

/** Longer than any answer that the gateway passes on, in bytes. */
const longestLineBytes = 256 * 1024 * 1024;

/** The lines of a file of results. */
export async function* readResultLines(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<string> {
  async function* bytes() {
    yield* chunks;
  }
  for await (const line of readTextLines(bytes(), longestLineBytes)) {
    if (line) yield line;
  }
}
