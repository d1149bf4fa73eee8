import { setTimeout as sleep } from "node:timers/promises";
import type { GatewayClient } from "../gateway/gateway-client.ts";
import { Outage } from "../gateway/outage.ts";
import { startTimeout } from "../gateway/start-timeout.ts";
import { CliError } from "../output/cli-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { say } from "../words/say.ts";

const pauseMs = 500;
const usualTimeoutMs = 30_000;

/** How a file is downloaded. */
export type DownloadOptions = {
  /** Aborts when the user does not want to wait any longer. */
  readonly interrupted?: AbortSignal | undefined;
  /** Limit for the time in which no byte comes. */
  readonly timeoutMs?: number;
  /** How long requests may fail in a row. */
  readonly patienceMs?: number;
};

/** What has been read of a file. */
type Position = {
  bytes: number;
  /** Of the content that the bytes belong to. */
  version: string | undefined;
};

/**
 * Reads a file; after a failure that passes it goes on where it was. Results that still grow cannot
 * be continued, once they have begun.
 */
export async function* download(
  gateway: GatewayClient,
  fileId: string,
  options: DownloadOptions = {},
): AsyncGenerator<Uint8Array> {
  const { interrupted } = options;
  const outage = new Outage(options.patienceMs);
  const position: Position = { bytes: 0, version: undefined };
  for (;;) {
    try {
      for await (const chunk of readOn(gateway, fileId, position, options)) {
        yield chunk;
        // After the reader, whose time is not the gateway's.
        outage.end();
      }
      return;
    } catch (error) {
      outage.check(error);
      const isGrowing = position.bytes > 0 && position.version === undefined;
      if (interrupted?.aborted || isGrowing) throw error;
    }
    await sleep(pauseMs, undefined, { signal: interrupted });
  }
}

/** Reads from a position on, which it moves, until the end or a failure. */
async function* readOn(
  gateway: GatewayClient,
  fileId: string,
  position: Position,
  { interrupted, timeoutMs = usualTimeoutMs }: DownloadOptions,
): AsyncGenerator<Uint8Array> {
  const timeout = startTimeout(timeoutMs, interrupted);
  try {
    const { bytes: from } = position;
    const { signal } = timeout;
    const content = await gateway.readContent(fileId, { from, signal });
    if (from > 0 && content.version !== position.version) throw changed();
    position.version = content.version;
    let known = from - content.start;
    for await (const chunk of content.chunks) {
      const fresh = chunk.subarray(known);
      known -= chunk.length - fresh.length;
      position.bytes += fresh.length;
      timeout.pause();
      if (fresh.length > 0) yield fresh;
      timeout.restart();
    }
  } finally {
    timeout.stop();
  }
}

function changed(): CliError {
  return new CliError(say("batch.resultsChanged"), exitCodes.error);
}
