import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Logger } from "pino";
import type { FileStore } from "../../files/file-store.ts";
import type { Storage } from "../../storage/open-storage.ts";
import { readParts, type StoredParts } from "../../storage/parts.ts";
import type { ExecuteLines } from "../execution/execute-lines.ts";
import { LeaseLostError } from "../faults/lease-lost-error.ts";
import { batchEndpoints } from "../input/endpoints.ts";
import { validateInput } from "../input/validate-input.ts";
import type { BatchChange, BatchRecord } from "../records/batch-record.ts";
import type { BatchStore } from "../records/batch-store.ts";
import { writeResults } from "../results/write-results.ts";
import { endOf, failedBecause } from "./batch-ends.ts";

/** What the phases of a batch need. */
type PhaseDeps = {
  storage: Storage;
  files: FileStore;
  batches: BatchStore;
  executeLines: ExecuteLines;
  clock: RedisClock;
  limits: { readonly lineBytes: number; readonly lines: number };
  logger: Logger;
};

/** Does what a batch's status requires, up to its next status. */
export type RunPhase = (
  batch: BatchRecord,
  options: PhaseOptions,
) => Promise<void>;

type PhaseOptions = {
  readonly leaseId: string;
  /** Whether lines may have been fed before. */
  readonly isTakeOver: boolean;
  readonly stop: AbortSignal;
};

/** Builds {@link RunPhase}: validate → execute → write the results. Each phase can be repeated. */
export function createRunPhase(deps: PhaseDeps): RunPhase {
  const { storage, files, batches, limits, clock, logger } = deps;

  /** Does nothing when the status has changed meanwhile: the batch was cancelled. */
  async function change(
    batch: BatchRecord,
    leaseId: string,
    to: BatchChange,
  ): Promise<void> {
    const outcome = await batches.update(batch.id, {
      leaseId,
      expected: batch.status,
      change: to,
    });
    if (outcome === "lease-lost") throw new LeaseLostError();
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

  async function validate(batch: BatchRecord, leaseId: string): Promise<void> {
    const now = clock.now();
    if (now >= batch.expiresAt) {
      return change(batch, leaseId, { status: "expired", expiredAt: now });
    }
    const input = await findInput(batch);
    if (!input) return change(batch, leaseId, inputLost(clock.now()));
    const dialect = batchEndpoints.get(batch.endpoint);
    if (!dialect) throw new Error(`Nothing serves ${batch.endpoint}`);
    const { problems, ...counted } = await validateInput(
      () => readParts(storage, input),
      { dialect, lineBytes: limits.lineBytes, mostLines: limits.lines },
    );
    await change(
      batch,
      leaseId,
      problems.length > 0
        ? { status: "failed", failedAt: clock.now(), errors: [...problems] }
        : { status: "in_progress", inProgressAt: clock.now(), ...counted },
    );
  }

  async function execute(
    batch: BatchRecord,
    options: PhaseOptions,
  ): Promise<void> {
    const { leaseId } = options;
    const input = await findInput(batch);
    if (!input) return change(batch, leaseId, inputLost(clock.now()));
    const end = await deps.executeLines(batch, { ...options, input });
    // A cancelled batch is handled by its next phase.
    if (end === "stopped" || end === "cancelled") return;
    if (batch.status !== "in_progress") return;
    await change(batch, leaseId, {
      status: "finalizing",
      finalizingAt: clock.now(),
      ...(end === "expired" ? { expiredAt: clock.now() } : {}),
    });
  }

  async function finish(
    batch: BatchRecord,
    options: PhaseOptions,
  ): Promise<void> {
    const { leaseId } = options;
    const write = () => writeResults({ storage, files }, batch, leaseId);
    const hasBegun = batch.inProgressAt !== undefined;
    let results = hasBegun ? await write() : {};
    if (!results) {
      logger.error(
        { batchId: batch.id },
        "Lines without a result are executed",
      );
      await execute(batch, { ...options, isTakeOver: true });
      if (options.stop.aborted) return;
      results = await write();
    }
    if (!results) throw new Error("The results do not fit the input's lines");
    await change(batch, leaseId, { ...results, ...endOf(batch, clock.now()) });
  }

  return async function runPhase(batch, options) {
    switch (batch.status) {
      case "validating":
        return validate(batch, options.leaseId);
      case "in_progress":
        return execute(batch, options);
      case "finalizing":
        return finish(batch, options);
      case "cancelling":
        if (batch.inProgressAt !== undefined) await execute(batch, options);
        if (!options.stop.aborted) await finish(batch, options);
        return;
      case "failed":
      case "completed":
      case "expired":
      case "cancelled":
        throw new Error(`A batch that is ${batch.status} has no next phase`);
    }
  };
}

function inputLost(now: number): BatchChange {
  const message = "The input file is not there any more.";
  const param = "input_file_id";
  return failedBecause({ code: "invalid_input_file", message, param }, now);
}
