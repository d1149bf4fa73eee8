import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import type { CompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Statistics } from "@openrouter-free-pool/shared/statistics/statistics-recorder";
import { repeat } from "@openrouter-free-pool/shared/timers/repeat";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { createCreateBatch } from "./batches/creation/create-batch.ts";
import { createExecuteLines } from "./batches/execution/execute-lines.ts";
import { createReadForecasts } from "./batches/forecast/read-forecasts.ts";
import { BatchRunner } from "./batches/leading/batch-runner.ts";
import { takeLease } from "./batches/leading/lease.ts";
import { createRunBatch } from "./batches/leading/run-batch.ts";
import { createRunPhase } from "./batches/leading/run-phase.ts";
import { createBatchStore } from "./batches/records/batch-store.ts";
import { createRetryBatch } from "./batches/retry/retry-batch.ts";
import type { ClientDirectory } from "./clients/directory/client-directory.ts";
import type { GatewayConfig } from "./config.ts";
import { createFileStore } from "./files/file-store.ts";
import { removeExpired } from "./files/remove-expired.ts";
import { createRemoveContent, createRemoveFile } from "./files/remove-file.ts";
import { createStoreUpload } from "./files/store-upload.ts";
import { UploadCapacity } from "./files/upload-capacity.ts";
import type { AddJobs } from "./jobs/add-jobs.ts";
import { createJournalRemoval } from "./journals/journal-removal.ts";
import type { ResolveModels } from "./models/resolve/resolve-models.ts";
import type { PoolWatch } from "./pool/pool-watch.ts";
import type { RecordEnded } from "./requests/ended/ended-log.ts";
import type { Storage } from "./storage/open-storage.ts";
import type { RecordRequest } from "./usage/record-request.ts";
import type { PublishEvent } from "./webhooks/events/event.ts";

const removeExpiredEveryMs = 60_000;
const endStatuses = ["completed", "failed", "expired", "cancelled"] as const;
/** What a line may have in addition to the body of its request. */
const lineOverheadBytes = 64 * 1024;

/** Wires files and batches: what their routes need, and what executes batches. */
export function buildBatches(deps: {
  config: GatewayConfig;
  limits: RateLimits;
  redis: Redis;
  redisKeys: RedisKeys;
  clock: RedisClock;
  queue: CompletionsQueue;
  addJobs: AddJobs;
  resolveModels: ResolveModels;
  directory: ClientDirectory;
  recordRequest: RecordRequest;
  recordEnded: RecordEnded;
  publish: PublishEvent;
  /** The day on which a model is withdrawn, if known. */
  findExpiration: (model: string) => string | undefined;
  poolWatch: PoolWatch;
  /** How many requests of a client wait for its own budget. */
  countHeld: (client: string) => Promise<number>;
  /** How long so many calls wait for their client's own budget, in ms, as far as is known. */
  budgetWaitOf: (client: string, calls: number) => number;
  /** The weight of a client's share. */
  weightOf: (client: string | undefined) => number;
  storage: Storage;
  statistics: Statistics;
  logger: Logger;
}) {
  const { config, redis, redisKeys, storage, logger } = deps;
  const files = createFileStore(redis, redisKeys);
  const batches = createBatchStore(redis, redisKeys);
  const capacity = new UploadCapacity({
    uploads: config.MAX_UPLOADS,
    uploadsPerClient: config.MAX_UPLOADS_PER_CLIENT,
    heldBytes: config.UPLOAD_MEMORY,
  });
  const journals = createJournalRemoval({ redis, redisKeys, storage });
  const removeContent = createRemoveContent(storage, files);
  const removeFile = createRemoveFile({
    files,
    users: batches,
    removeContent,
  });
  const ttlMs = config.FILE_TTL_SECONDS * 1_000;
  const limits = {
    fileBytes: config.FILE_SIZE_LIMIT,
    lineBytes: config.BODY_LIMIT + lineOverheadBytes,
    lines: config.BATCH_MAX_LINES,
    ttlMs,
  };
  const executeLines = createExecuteLines({
    ...deps,
    files,
    batches,
    lineBytes: limits.lineBytes,
    answerCheck: config.ANSWER_CHECK,
    openOwners: () => runner.openOwners,
    bounds: () => {
      const share = Math.max(1, runner.leading);
      return {
        lines: Math.ceil(config.BATCH_MAX_OUTSTANDING / share),
        bytes: Math.ceil(config.BATCH_MAX_OUTSTANDING_BYTES / share),
      };
    },
  });
  const runner = new BatchRunner({
    batches,
    clock: deps.clock,
    takeLease: (batchId) => takeLease(deps, batchId),
    runBatch: createRunBatch({
      batches,
      runPhase: createRunPhase({
        storage,
        files,
        batches,
        executeLines,
        clock: deps.clock,
        limits,
        logger,
      }),
      mostTries: config.BATCH_MAX_TRIES,
      clock: deps.clock,
      removeJournalAfter: journals.removeAfter,
      async onEnded({ id, owner, status }) {
        const ended = endStatuses.find((each) => each === status);
        if (ended) await deps.publish(`batch.${ended}`, id, owner);
      },
      logger,
    }),
    logger,
  });
  const cleaning = repeat(
    async () => {
      await removeExpired(files, removeFile, removeContent);
      await journals.removeDue();
      await batches.forgetOld();
    },
    {
      intervalMs: removeExpiredEveryMs,
      name: "Removing expired files",
      logger,
    },
  );

  const readForecasts = createReadForecasts({ ...deps, batches });

  return {
    storage,
    files,
    batches,
    removeFile,
    storeUpload: createStoreUpload({ storage, files, limits, capacity }),
    createBatch: createCreateBatch({
      files,
      batches,
      clock: deps.clock,
      readForecasts,
      outputTtlMs: ttlMs,
    }),
    retryBatch: createRetryBatch({
      storage,
      files,
      removeFile,
      batches,
      capacity,
      clock: deps.clock,
      limits,
    }),
    readForecasts,
    /** Cancels the open batches of a client. */
    async cancelBatchesOf(client: string): Promise<void> {
      for (const id of await batches.listOpen()) {
        const batch = await batches.find(id);
        if (batch?.owner === client) await batches.cancel(id);
      }
    },
    pollBatches: () =>
      void runner.poll().catch((error: unknown) => {
        logger.warn({ err: error }, "Looking for batches failed");
      }),
    start: () => runner.start(),
    async stop(): Promise<void> {
      await Promise.all([cleaning.stop(), runner.stop()]);
    },
  };
}

/** See {@link buildBatches}. */
export type Batches = ReturnType<typeof buildBatches>;
