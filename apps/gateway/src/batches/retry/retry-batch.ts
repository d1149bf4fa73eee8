import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import { GatewayError } from "../../errors/gateway-error.ts";
import { type FileRecord, newFileId } from "../../files/file-record.ts";
import type { FileStore } from "../../files/file-store.ts";
import type { RemoveFile } from "../../files/remove-file.ts";
import {
  type UploadCapacity,
  type UploadShare,
  uploadsFull,
} from "../../files/upload-capacity.ts";
import type { LineSet } from "../../lines/line-set.ts";
import type { Storage } from "../../storage/open-storage.ts";
import {
  PartWriter,
  readParts,
  type StoredParts,
} from "../../storage/parts.ts";
import { isMissing } from "../../storage/storage-error.ts";
import { parseCompletionWindow } from "../creation/completion-window.ts";
import type { BatchRecord } from "../records/batch-record.ts";
import type { BatchStore } from "../records/batch-store.ts";
import { newBatch } from "../records/new-batch.ts";
import { readAnsweredLines } from "./answered-lines.ts";
import { copyLines } from "./copy-lines.ts";
import { findObstacle, nothingFailed } from "./find-obstacle.ts";
import { retryMetadata } from "./retry-metadata.ts";

/**
 * Creates a batch from the lines of an ended one that have no successful answer.
 *
 * @param countedAs whose unfinished uploads it counts among.
 */
export type RetryBatch = (
  batch: BatchRecord,
  countedAs: string,
) => Promise<BatchRecord>;

/**
 * Builds {@link RetryBatch}; it throws `conflict` while the batch runs, `invalid-request` when
 * there is nothing to retry, `not-found` when its files are gone, and what {@link UploadCapacity}
 * throws. The new input is a file of its own, written part by part.
 */
export function createRetryBatch(deps: {
  storage: Storage;
  files: FileStore;
  removeFile: RemoveFile;
  batches: BatchStore;
  capacity: UploadCapacity;
  clock: RedisClock;
  limits: { readonly lineBytes: number; readonly ttlMs: number };
}): RetryBatch {
  const { storage, files, batches, capacity, clock, limits } = deps;

  /** Writes the lines without an answer as the content of a new file. */
  async function writeInput(
    batch: BatchRecord,
    what: {
      id: string;
      source: StoredParts;
      answered: LineSet;
      share: UploadShare;
    },
  ): Promise<{ parts: StoredParts; lines: number }> {
    const { share } = what;
    const writer = new PartWriter(storage, `files/${what.id}/0`);
    try {
      const lines = await copyLines(readParts(storage, what.source), {
        lineBytes: limits.lineBytes,
        isWanted: (line) => !what.answered.has(line),
        async write(bytes) {
          await writer.write(bytes);
          if (share.hold(writer.heldBytes)) return;
          await writer.flush();
          if (!share.hold(writer.heldBytes)) throw uploadsFull();
        },
      });
      return { parts: await writer.finish(), lines };
    } catch (error) {
      // A failing storage may fail here, too; the first error is thrown.
      await writer.abandon().catch(() => undefined);
      // The input was deleted while it was read.
      throw isMissing(error) ? inputGone(batch, error) : error;
    }
  }

  async function makeInput(
    batch: BatchRecord,
    share: UploadShare,
  ): Promise<FileRecord> {
    const source = await findInput(files, batch);
    const answered = await readAnsweredLines({ storage, files }, batch);
    if (!answered) throw resultsGone(batch);
    const id = newFileId();
    const { parts, lines } = await writeInput(batch, {
      id,
      source,
      answered,
      share,
    });
    if (lines === 0) throw nothingFailed(batch);
    const createdAt = Date.now();
    const input: FileRecord = {
      id,
      owner: batch.owner,
      filename: `${batch.id}_retry.jsonl`,
      purpose: "batch",
      createdAt,
      expiresAt: createdAt + limits.ttlMs,
      lines,
      content: { kind: "parts", parts },
    };
    await files.save(input);
    return input;
  }

  return async function retryBatch(batch, countedAs) {
    const obstacle = findObstacle(batch);
    if (obstacle) throw obstacle;
    const share = capacity.open(countedAs);
    const input = await makeInput(batch, share).finally(() => share.close());
    const retry = newBatch(
      {
        owner: batch.owner,
        input,
        endpoint: batch.endpoint,
        completionWindow: batch.completionWindow,
        windowMs: parseCompletionWindow(batch.completionWindow) ?? 0,
        metadata: retryMetadata(batch),
        outputTtlMs: batch.outputTtlMs,
      },
      clock.now(),
    );
    await batches.create(retry).catch(async (error: unknown) => {
      await deps.removeFile(input.id).catch(() => undefined);
      throw error;
    });
    return retry;
  };
}

async function findInput(
  files: FileStore,
  batch: BatchRecord,
): Promise<StoredParts> {
  const input = await files.find(batch.inputFileId);
  const isThere = input && input.expiresAt > Date.now();
  if (!isThere || input.content.kind !== "parts") throw inputGone(batch);
  return input.content.parts;
}

function inputGone(
  { id, inputFileId }: BatchRecord,
  cause?: unknown,
): GatewayError {
  return new GatewayError(
    "not-found",
    `The input file of ${id}, ${inputFileId}, is not there any more`,
    { cause },
  );
}

function resultsGone({ id }: BatchRecord): GatewayError {
  return new GatewayError(
    "not-found",
    `The output file of ${id} is not there any more: nobody knows which of its lines have an answer`,
  );
}
