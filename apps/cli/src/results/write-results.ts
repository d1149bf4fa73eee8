import { createWriteStream } from "node:fs";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { GatewayClient } from "../gateway/gateway-client.ts";
import type { Batch } from "../gateway/objects.ts";
import { readResultLines } from "./read-result-lines.ts";
import { simplify } from "./simplify.ts";

/** Where results go, and in what form. */
export type ResultOptions = {
  /** A file's path; standard output when undefined. */
  readonly path: string | undefined;
  /** Keep what the file has already. */
  readonly isAppended: boolean;
  /** One short object a line instead of OpenAI's. */
  readonly isSimple: boolean;
};

/** Writes all results that a batch has so far, answers first. */
export async function writeResults(
  gateway: GatewayClient,
  batch: Batch,
  { path, isAppended, isSimple }: ResultOptions,
): Promise<void> {
  async function* lines() {
    for (const fileId of [batch.output_file_id, batch.error_file_id]) {
      if (fileId === null) continue;
      const content = await gateway.readContent(fileId);
      for await (const line of readResultLines(content)) {
        yield `${isSimple ? simplify(line) : line}\n`;
      }
    }
  }
  const target: Writable =
    path === undefined
      ? process.stdout
      : createWriteStream(path, { flags: isAppended ? "a" : "w" });
  await pipeline(Readable.from(lines()), target, { end: path !== undefined });
}
