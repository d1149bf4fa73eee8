import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { simplify, toJsonLine } from "./simplify.ts";

/** Writes result lines unchanged, or in the short form; to standard output when there is no path. */
export async function writeLines(
  lines: AsyncIterable<string>,
  options: {
    path: string | undefined;
    isSimple: boolean;
    isAppended: boolean;
  },
): Promise<void> {
  const { path, isSimple, isAppended } = options;
  async function* written() {
    for await (const line of lines) {
      yield `${isSimple ? toJsonLine(simplify(line)) : line}\n`;
    }
  }
  const source = Readable.from(written());
  if (path === undefined) {
    await pipeline(source, process.stdout, { end: false });
  } else {
    const flags = isAppended ? "a" : "w";
    await pipeline(source, createWriteStream(path, { flags }));
  }
}
