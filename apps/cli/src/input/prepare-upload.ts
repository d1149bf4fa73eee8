import { createHash } from "node:crypto";
import { createWriteStream, openAsBlob } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { say } from "../words/say.ts";
import { inputError } from "./input-error.ts";
import { promptEndpoint, type RequestLine } from "./request-line.ts";

/** A file of batch lines, ready to be uploaded. */
export type PreparedUpload = {
  readonly content: Blob;
  readonly lines: number;
  readonly endpoint: string;
  readonly digests: InputDigests;
  /** Removes the temporary file. */
  remove(): Promise<void>;
};

/** Digests by which an input is recognized when it is sent again: SHA-256 in hex. */
export type InputDigests = {
  /** Of all lines of the input. */
  readonly whole: string;
  /** Of those that are sent. */
  readonly sent: string;
};

/**
 * Writes lines to a temporary file, so that their length is known and an input from a pipe can be
 * sent again.
 *
 * @param isWanted selects lines by their ids.
 */
export async function prepareUpload(
  lines: AsyncIterable<RequestLine>,
  isWanted: (customId: string) => boolean,
): Promise<PreparedUpload> {
  const folder = await mkdtemp(join(tmpdir(), "orpool-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  const path = join(folder, "input.jsonl");
  let count = 0;
  let endpoint = promptEndpoint;
  const whole = createHash("sha256");
  const sent = createHash("sha256");

  async function* wantedLines() {
    for await (const { customId, text } of lines) {
      whole.update(`${text}\n`);
      if (!isWanted(customId)) continue;
      sent.update(`${text}\n`);
      if (count === 0) endpoint = endpointOf(text);
      count += 1;
      yield `${text}\n`;
    }
  }
  try {
    await pipeline(Readable.from(wantedLines()), createWriteStream(path));
    return {
      content: await openAsBlob(path),
      lines: count,
      endpoint,
      digests: { whole: whole.digest("hex"), sent: sent.digest("hex") },
      remove,
    };
  } catch (error) {
    await remove();
    if (error instanceof Error && "syscall" in error) {
      throw inputError(
        say("input.unreadable", { reason: error.message }),
        error,
      );
    }
    throw error;
  }
}

/** All lines of a batch have the endpoint of the first one; the gateway checks that. */
function endpointOf(text: string): string {
  const { url } = JSON.parse(text) as { url?: unknown };
  return typeof url === "string" ? url : promptEndpoint;
}
