import { createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { GatewayClient } from "../gateway/gateway-client.ts";
import type { Batch } from "../gateway/objects.ts";
import { readAnsweredId } from "./keep-answered.ts";
import { readResultLines } from "./read-result-lines.ts";
import type { ResultOptions } from "./result-options.ts";
import { simplify } from "./simplify.ts";

/** Writes all results that a batch has so far, answers first. A new file is there as a whole or not at all. */
export async function writeResults(
  gateway: GatewayClient,
  batch: Batch,
  { path, isSimple, answered }: ResultOptions,
): Promise<void> {
  async function* lines() {
    for await (const line of readResults(gateway, batch)) {
      if (answered?.has(readAnsweredId(line) ?? "")) continue;
      yield `${isSimple ? simplify(line) : line}\n`;
    }
  }
  const content = () => Readable.from(lines());
  if (path === undefined) {
    await pipeline(content(), process.stdout, { end: false });
  } else if (answered) {
    await pipeline(content(), createWriteStream(path, { flags: "a" }));
  } else if (await isSpecial(path)) {
    await pipeline(content(), createWriteStream(path));
  } else {
    await replaceFile(path, (unfinished) =>
      pipeline(content(), createWriteStream(unfinished)),
    );
  }
}

async function* readResults(gateway: GatewayClient, batch: Batch) {
  for (const fileId of [batch.output_file_id, batch.error_file_id]) {
    if (fileId === null) continue;
    yield* readResultLines(await gateway.readContent(fileId));
  }
}

/** Whether a path is of something that cannot be replaced, such as `/dev/null` or a pipe. */
async function isSpecial(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && !found.isFile();
}

async function replaceFile(
  path: string,
  write: (unfinished: string) => Promise<void>,
): Promise<void> {
  const unfinished = `${path}.part`;
  try {
    await write(unfinished);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
