import type { Logger } from "pino";
import type { FileStore } from "../../files/file-store.ts";
import type { Storage } from "../../storage/open-storage.ts";
import { readParts, type StoredParts } from "../../storage/parts.ts";
import type { ExecuteLines } from "../execution/execute-lines.ts";
import { batchEndpoints } from "../input/endpoints.ts";
import { validateInput } from "../input/validate-input.ts";
import {
  type BatchChange,
  type BatchRecord,
  hasEnded,
} from "../records/batch-record.ts";
import type { BatchStore } from "../records/batch-store.ts";
import { writeResults } from "../results/write-results.ts";
import type { Lease } from "./lease.ts";

/** What leading a batch takes. */
export type RunBatchDeps = {
  storage: Storage;
  files: FileStore;
  batches: BatchStore;
  executeLines: ExecuteLines;
  limits: { readonly lineBytes: number; readonly lines: number };
  /** Journals are kept for a while, for those who are reading them. */
  removeJournalLater: (batchId: string) => Promise<void>;
  logger: Logger;
};

/** Leads a batch until it has ended, or `stop` aborts. It can go on from anywhere. */
export type RunBatch = (
  batchId: string,
  lease: Lease,
  stop: AbortSignal,
) => Promise<void>;

/** Builds {@link RunBatch}: validate → execute → write the results → end. */
export function createRunBatch(deps: RunBatchDeps): RunBatch {
  const { storage, files, batches, limits, logger } = deps;

  /** Does nothing when the status is not what it was any more: somebody cancelled the batch. */
  async function change(
    batch: BatchRecord,
    lease: Lease,
    to: BatchChange,
  ): Promise<void> {
    const outcome = await batches.update(batch.id, {
      leaseId: lease.id,
      expected: batch.status,
      change: to,
    });
    if (outcome === "lease-lost") throw new Error("Another gateway leads now");
    if (outcome === "done" && to.status) {
      logger.info({ batchId: batch.id, status: to.status }, "Batch goes on");
    }
  }

  async function findInput(
    batch: BatchRecord,
  ): Promise<StoredParts | undefined> {
    const file = await files.find(batch.inputFileId);
    return file?.content.kind === "parts" ? file.content.parts : undefined;
  }

  async function validate(batch: BatchRecord, lease: Lease): Promise<void> {
    const input = await findInput(batch);
    if (!input) return change(batch, lease, inputLost());
    const family = batchEndpoints.get(batch.endpoint);
    if (!family) throw new Error(`Nothing serves ${batch.endpoint}`);
    const { total, lastLine, problems } = await validateInput(
      () => readParts(storage, input),
      {
        family,
        lineBytes: limits.lineBytes,
        mostLines: limits.lines,
      },
    );
    const now = Date.now();
    await change(
      batch,
      lease,
      problems.length > 0
        ? { status: "failed", failedAt: now, errors: [...problems] }
        : { status: "in_progress", inProgressAt: now, total, lastLine },
    );
  }

  async function execute(
    batch: BatchRecord,
    lease: Lease,
    options: { isTakeOver: boolean; stop: AbortSignal },
  ): Promise<void> {
    const input = await findInput(batch);
    if (!input) return change(batch, lease, inputLost());
    const end = await deps.executeLines(batch, lease, { ...options, input });
    // What was cancelled meanwhile is dealt with in its turn.
    if (end === "stopped" || end === "cancelled") return;
    if (batch.status !== "in_progress") return;
    await change(batch, lease, {
      status: "finalizing",
      finalizingAt: Date.now(),
      ...(end === "expired" ? { expiredAt: Date.now() } : {}),
    });
  }

  async function finish(
    batch: BatchRecord,
    lease: Lease,
    options: { end: BatchChange; stop: AbortSignal },
  ): Promise<void> {
    const results =
      batch.inProgressAt === undefined
        ? {}
        : await writeResults({ storage, files }, batch, lease.id);
    if (results) return change(batch, lease, { ...results, ...options.end });
    logger.error({ batchId: batch.id }, "Lines without a result are executed");
    await execute(batch, lease, { isTakeOver: true, stop: options.stop });
  }

  return async function runBatch(batchId, lease, stop) {
    // A batch that was validated here has no jobs yet.
    let isTakeOver = true;
    while (!stop.aborted) {
      const batch = await batches.find(batchId);
      if (!batch || hasEnded(batch)) break;
      switch (batch.status) {
        case "validating":
          await validate(batch, lease);
          isTakeOver = false;
          break;
        case "in_progress":
          await execute(batch, lease, { isTakeOver, stop });
          isTakeOver = true;
          break;
        case "finalizing":
          await finish(batch, lease, { end: endOf(batch), stop });
          break;
        case "cancelling":
          if (batch.inProgressAt !== undefined) {
            await execute(batch, lease, { isTakeOver, stop });
          }
          if (!stop.aborted) {
            await finish(batch, lease, { end: endOf(batch), stop });
          }
          break;
      }
    }
    if (stop.aborted) return;
    await deps.removeJournalLater(batchId);
    await batches.close(batchId);
  };
}

function endOf({ status, expiredAt }: BatchRecord): BatchChange {
  if (status === "cancelling") {
    return { status: "cancelled", cancelledAt: Date.now() };
  }
  return expiredAt === undefined
    ? { status: "completed", completedAt: Date.now() }
    : { status: "expired" };
}

function inputLost(): BatchChange {
  const message = "The input file is not there any more.";
  return {
    status: "failed",
    failedAt: Date.now(),
    errors: [
      {
        code: "invalid_input_file",
        message,
        param: "input_file_id",
        line: null,
      },
    ],
  };
}
