import type { AnswerCheck } from "@openrouter-free-pool/shared/api/answer-checks";
import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import { countSlotsWithin } from "@openrouter-free-pool/shared/key-pool/pool/capacity";
import type { CompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import { countInLine } from "@openrouter-free-pool/shared/queue/queue-depth";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import { readReplies } from "@openrouter-free-pool/shared/replies/read-replies";
import { modelOf } from "@openrouter-free-pool/shared/replies/reply";
import type { Statistics } from "@openrouter-free-pool/shared/statistics/statistics-recorder";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { ClientDirectory } from "../../clients/directory/client-directory.ts";
import { resolveFor } from "../../clients/limits/allow-models.ts";
import { mayRun } from "../../clients/limits/may-run.ts";
import type { FileStore } from "../../files/file-store.ts";
import type { AddJobs } from "../../jobs/add-jobs.ts";
import type { ResolveModels } from "../../models/resolve/resolve-models.ts";
import type { PoolView, PoolWatch } from "../../pool/pool-watch.ts";
import type { RecordEnded } from "../../requests/ended/ended-log.ts";
import type { Storage } from "../../storage/open-storage.ts";
import { readParts, type StoredParts } from "../../storage/parts.ts";
import type { RecordRequest } from "../../usage/record-request.ts";
import { batchEndpoints } from "../input/endpoints.ts";
import { InputReader } from "../input/input-reader.ts";
import type { BatchRecord } from "../records/batch-record.ts";
import type { BatchStore } from "../records/batch-store.ts";
import { Results } from "../results/results.ts";
import { type BatchOwners, batchShare } from "./batch-share.ts";
import { describeEndedLine } from "./describe-ended-line.ts";
import { type ExecutionEnd, LineExecution } from "./line-execution.ts";
import { LineFeeder } from "./line-feeder.ts";
import { createLineQueue } from "./line-queue.ts";
import { OutstandingLines } from "./outstanding-lines.ts";
import { Pace } from "./pace.ts";
import { ReplyCollector } from "./reply-collector.ts";

/** At most so many lines wait for their client's budget at a time: more would only fill Redis. */
const mostHeld = 64;

/** Executes the lines of a batch that have no result yet, or closes them when it has expired or is cancelled. */
export type ExecuteLines = (
  batch: BatchRecord,
  options: {
    input: StoredParts;
    leaseId: string;
    /** Whether lines may have been fed before. */
    isTakeOver: boolean;
    stop: AbortSignal;
  },
) => Promise<ExecutionEnd>;

/** Builds {@link ExecuteLines}. */
export function createExecuteLines(deps: {
  storage: Storage;
  files: FileStore;
  batches: BatchStore;
  queue: CompletionsQueue;
  addJobs: AddJobs;
  resolveModels: ResolveModels;
  directory: ClientDirectory;
  recordRequest: RecordRequest;
  recordEnded: RecordEnded;
  redis: Redis;
  redisKeys: RedisKeys;
  clock: RedisClock;
  poolWatch: PoolWatch;
  limits: RateLimits;
  /** Length of the longest line. */
  lineBytes: number;
  /** What answers are checked for unless a batch says otherwise. */
  answerCheck: readonly AnswerCheck[];
  statistics: Statistics;
  /** The owners of all open batches of the installation. */
  openOwners: () => BatchOwners;
  weightOf: (owner: string | undefined) => number;
  /** How many requests of a client wait for its own budget. */
  countHeld: (client: string) => Promise<number>;
  /** Lines of one batch that may be under way at a time. */
  bounds: () => { readonly lines: number; readonly bytes: number };
  logger: Logger;
}): ExecuteLines {
  const { storage, files, batches, queue, redis, redisKeys, logger } = deps;
  const { directory, recordRequest } = deps;
  const measure = createMeasure(deps.limits);

  /** Builds what says how many lines may be fed now. */
  function createAllow(pace: Pace, owner: string | undefined) {
    return async function allow(remaining: number): Promise<number> {
      if (!mayRun(directory, owner, deps.clock.now())) return 0;
      const view = deps.poolWatch.current();
      if (!view) return 0;
      const owners = deps.openOwners();
      const held = await findHeld(new Set([...owners, owner]));
      if ((held.get(owner) ?? 0) >= mostHeld) return 0;
      return pace.allow(performance.now(), {
        ...measure(view),
        windowMs: deps.limits.windowMs + deps.limits.guardMs,
        waiting: await countInLine(redis, redisKeys, "low", owner),
        share: batchShare(owner, {
          owners,
          weightOf: deps.weightOf,
          isHeld: (each) => held.has(each),
        }),
        remaining,
      });
    };
  }

  /** How many requests of each owner wait for its own budget; only owners that have some. */
  async function findHeld(
    owners: ReadonlySet<string | undefined>,
  ): Promise<ReadonlyMap<string | undefined, number>> {
    const held = new Map<string | undefined, number>();
    for (const owner of owners) {
      const count = owner === undefined ? 0 : await deps.countHeld(owner);
      if (count > 0) held.set(owner, count);
    }
    return held;
  }

  return async function executeLines(batch, options) {
    const { leaseId, isTakeOver, stop } = options;
    const dialect = batchEndpoints.get(batch.endpoint);
    if (!dialect) throw new Error(`Nothing serves ${batch.endpoint}`);
    const results = await Results.load({
      storage,
      files,
      batches,
      clock: deps.clock,
      batch,
      leaseId,
    });
    const owner =
      batch.owner === undefined ? undefined : directory.find(batch.owner);
    const input = new InputReader({
      content: readParts(storage, options.input),
      dialect,
      resolveModels: resolveFor(owner, deps.resolveModels),
      lineBytes: deps.lineBytes,
      isReported: (line) => results.has(line),
    });
    const pace = new Pace(performance.now());
    const outstanding = new OutstandingLines();
    const lineQueue = createLineQueue({
      queue,
      addJobs: deps.addJobs,
      redis,
      redisKeys,
      clock: deps.clock,
      batch,
      dialect,
      answerCheck: deps.answerCheck,
    });
    const feeder = new LineFeeder({
      batch,
      input,
      results,
      outstanding,
      lineQueue,
      allow: createAllow(pace, batch.owner),
      spend: (lines) => pace.spend(lines),
      bounds: deps.bounds,
    });
    const replies = redisKeys.gatewayReplies(batch.id);
    const collector = new ReplyCollector({
      batch,
      results,
      outstanding,
      readReplies: (after, count) =>
        readReplies(redis, replies, { after, count }),
      loadThrough: (line) => feeder.loadThrough(line),
      prepareReport({ request }, reply) {
        const status = reply.kind === "answer" ? reply.status : undefined;
        const use = {
          client: batch.owner,
          requestedModel: request.models.model,
          calledModel: modelOf(reply),
          isAnswered: status !== undefined && status < 400,
          queueMs: reply.queueMs,
        };
        const ended = describeEndedLine(batch, request, reply);
        return () => {
          if (status !== undefined) deps.statistics.count(`status:${status}`);
          recordRequest(use);
          deps.recordEnded(ended);
        };
      },
    });
    const execution = new LineExecution({
      batch,
      results,
      input,
      outstanding,
      feeder,
      collector,
      lineQueue,
      clock: deps.clock,
      readStatus: () => batches.readStatus(batch.id),
      readRetries: () => batches.readRetries(batch.id),
      isTakeOver,
      stop,
      logger,
    });
    try {
      const end = await execution.run();
      if (end === "expired") await execution.windDown("batch_expired");
      if (end === "cancelled") await execution.windDown("batch_cancelled");
      return stop.aborted ? "stopped" : end;
    } finally {
      await input.close();
    }
  };
}

/** Counts the pool's slots, once for each view of the pool: a large pool takes time. */
function createMeasure(limits: RateLimits) {
  let measured: PoolView | undefined;
  let slots = { slotsPerWindow: 0, slotsFree: 0 };
  return (view: PoolView) => {
    if (view !== measured) {
      measured = view;
      const free = countSlotsWithin(view.pool, limits, 0);
      slots = {
        slotsPerWindow: countSlotsWithin(view.pool, limits, limits.windowMs),
        slotsFree: Math.max(0, free - (view.waiting - view.held)),
      };
    }
    return slots;
  };
}
