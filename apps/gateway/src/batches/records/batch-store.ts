import type { BatchStatus } from "@openrouter-free-pool/shared/api/batch-object";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import {
  loadScript,
  runScript,
} from "@openrouter-free-pool/shared/redis/script";
import type { Redis } from "ioredis";
import { createOwners } from "../../clients/owners.ts";
import type { ResultKind } from "../../journals/journal-writer.ts";
import {
  type Page,
  type PageQuery,
  readPage,
} from "../../listing/read-page.ts";
import {
  type BatchChange,
  type BatchRecord,
  batchRecordSchema,
  toHashFields,
} from "./batch-record.ts";
import { countCallsLeft } from "./calls-left.ts";
import {
  decodeRetries,
  encodeRetryChanges,
  type LineRetry,
  type RetryChanges,
} from "./line-retry.ts";

const updateBatch = loadScript(new URL("./update-batch.lua", import.meta.url));
const cancelBatch = loadScript(new URL("./cancel-batch.lua", import.meta.url));
const markRead = loadScript(new URL("./mark-read.lua", import.meta.url));

/** How long a batch is remembered after its creation. */
const batchTtlMs = 90 * 86_400_000;

/** Expired batches taken off the list at a time. */
const forgottenAtATime = 1_000;

/** Result of a change by the batch's leader. */
export type UpdateOutcome = "done" | "lease-lost" | "other-status";

/** The calls that an open batch still needs. */
export type BatchBacklog = {
  readonly id: string;
  /** Undefined without client keys. */
  readonly owner?: string | undefined;
  /** Lines that are not called yet; undefined while their number is unknown. */
  readonly calls: number | undefined;
};

/** What decides when an open batch is led. */
export type OpenBatch = {
  readonly id: string;
  /** Undefined without client keys. */
  readonly owner?: string | undefined;
  /** Undefined when its record is gone. */
  readonly status: BatchStatus | undefined;
  /** In ms since the epoch. */
  readonly expiresAt: number;
};

const backlogFields = [
  "status",
  "total",
  "inputLines",
  "completed",
  "failed",
  "owner",
] as const;

/** The records of batches, in Redis. */
export type BatchStore = {
  create(batch: BatchRecord): Promise<void>;
  find(id: string): Promise<BatchRecord | undefined>;
  readStatus(id: string): Promise<BatchStatus | undefined>;
  /** The batches that a client may see (undefined: all), as far as they are wanted. */
  list(
    query: PageQuery,
    client: string | undefined,
    isWanted?: (batch: BatchRecord) => boolean,
  ): Promise<Page<BatchRecord>>;
  /** A page of the batches that have not ended. */
  readOpenPage(query: PageQuery): Promise<Page<BatchRecord>>;
  /** Ids of the batches that have not ended, the oldest first. */
  listOpen(): Promise<string[]>;
  /** The batches that have not ended, the oldest first. */
  readOpen(): Promise<OpenBatch[]>;
  /** How many lines of each open batch are not called yet, as far as that is known. */
  readBacklogs(): Promise<BatchBacklog[]>;
  /** An open batch that reads this file, if there is one. */
  findUserOf(fileId: string): Promise<string | undefined>;
  isOpen(id: string): Promise<boolean>;
  /** Changes a batch on behalf of its leader, and removes stored replies from the stream. */
  update(
    id: string,
    options: {
      leaseId: string;
      /** The status that the batch must have. */
      expected?: BatchStatus;
      /** Replies before this one are stored. */
      repliesFrom?: string;
      /** Lines that were put back, and such lines that have a result by now. */
      retries?: RetryChanges;
      change?: BatchChange;
    },
  ): Promise<UpdateOutcome>;
  /** The lines that were put back and have no result. */
  readRetries(id: string): Promise<Map<number, LineRetry>>;
  /** Marks a batch to be cancelled. @returns the status that it had. */
  cancel(id: string): Promise<BatchStatus | undefined>;
  /** Records that a file of an ended batch was read to its end; only the first time counts. */
  markRead(id: string, of: ResultKind): Promise<void>;
  /** Takes a batch that has ended off the list of open ones, and removes what its execution needed. */
  close(id: string): Promise<void>;
  /** Takes expired batches off the list. */
  forgetOld(): Promise<void>;
};

/** Builds {@link BatchStore}. */
export function createBatchStore(
  redis: Redis,
  redisKeys: RedisKeys,
): BatchStore {
  async function find(id: string): Promise<BatchRecord | undefined> {
    const fields = await redis.hgetall(redisKeys.batch(id));
    return "id" in fields ? batchRecordSchema.parse(fields) : undefined;
  }

  /** One unreadable record must not hide all others. */
  async function findReadable(id: string): Promise<BatchRecord | undefined> {
    const fields = await redis.hgetall(redisKeys.batch(id));
    return batchRecordSchema.safeParse(fields).data;
  }

  const owners = createOwners({
    redis,
    redisKey: redisKeys.batchOwners,
    async readOwner(id) {
      const key = redisKeys.batch(id);
      const [known, owner] = await redis.hmget(key, "id", "owner");
      return known == null ? undefined : (owner ?? "");
    },
  });

  async function readOpenFields(names: readonly string[]) {
    const ids = await redis.zrange(redisKeys.openBatches, 0, "-1");
    const pipeline = redis.pipeline();
    for (const id of ids) pipeline.hmget(redisKeys.batch(id), ...names);
    const rows = (await pipeline.exec()) ?? [];
    return ids.flatMap((id, index) => {
      const [error, values] = rows[index] ?? [];
      return error || !Array.isArray(values)
        ? []
        : [{ id, values: values as (string | null)[] }];
    });
  }

  return {
    async create(batch) {
      await redis
        .multi()
        .hset(redisKeys.batch(batch.id), ...toHashFields(batch))
        .pexpire(redisKeys.batch(batch.id), batchTtlMs)
        .zadd(redisKeys.batches, batch.createdAt, batch.id)
        .hset(redisKeys.batchOwners, batch.id, batch.owner ?? "")
        .zadd(redisKeys.openBatches, batch.createdAt, batch.id)
        .exec();
    },
    find,
    async readStatus(id) {
      const status = await redis.hget(redisKeys.batch(id), "status");
      return (status ?? undefined) as BatchStatus | undefined;
    },
    list: (query, client, isWanted = () => true) =>
      readPage(redis, redisKeys.batches, query, {
        choose: (ids) => owners.choose(client, ids),
        async find(id) {
          const batch = await findReadable(id);
          return batch && isWanted(batch) ? batch : undefined;
        },
      }),
    readOpenPage: (query) =>
      readPage(redis, redisKeys.openBatches, query, { find: findReadable }),
    listOpen: () => redis.zrange(redisKeys.openBatches, 0, "-1"),
    async readOpen() {
      const rows = await readOpenFields(["owner", "status", "expiresAt"]);
      return rows.map(({ id, values: [owner, status, expiresAt] }) => ({
        id,
        owner: owner ?? undefined,
        status: (status ?? undefined) as BatchStatus | undefined,
        expiresAt: Number(expiresAt),
      }));
    },
    async readBacklogs() {
      const rows = await readOpenFields(backlogFields);
      return rows.map(({ id, values }) => toBacklog(id, values));
    },
    async findUserOf(fileId) {
      for (const id of await redis.zrange(redisKeys.openBatches, 0, "-1")) {
        const used = await redis.hget(redisKeys.batch(id), "inputFileId");
        if (used === fileId) return id;
      }
      return undefined;
    },
    async isOpen(id) {
      return (await redis.zscore(redisKeys.openBatches, id)) !== null;
    },
    async update(id, { leaseId, expected, repliesFrom, retries, change = {} }) {
      const outcome = await runScript(
        redis,
        updateBatch,
        [
          redisKeys.batch(id),
          redisKeys.batchLease(id),
          redisKeys.gatewayReplies(id),
          redisKeys.batchRetries(id),
        ],
        [
          leaseId,
          expected ?? "",
          repliesFrom ?? "",
          encodeRetryChanges(retries ?? new Map()),
          ...toHashFields(change),
        ],
      );
      return outcome as UpdateOutcome;
    },
    async readRetries(id) {
      return decodeRetries(await redis.hgetall(redisKeys.batchRetries(id)));
    },
    async cancel(id) {
      const keys = [redisKeys.batch(id)];
      const status = await runScript(redis, cancelBatch, keys, []);
      return status === "" ? undefined : (status as BatchStatus);
    },
    async markRead(id, of) {
      const field = of === "output" ? "outputReadAt" : "errorsReadAt";
      await runScript(redis, markRead, [redisKeys.batch(id)], [field]);
    },
    async close(id) {
      await redis
        .multi()
        .zrem(redisKeys.openBatches, id)
        .del(
          redisKeys.gatewayAlive(id),
          redisKeys.gatewayReplies(id),
          redisKeys.batchRetries(id),
        )
        .exec();
    },
    async forgetOld() {
      const { batches, batchOwners } = redisKeys;
      const oldest = Date.now() - batchTtlMs;
      const limit = ["LIMIT", 0, forgottenAtATime] as const;
      const ids = await redis.zrangebyscore(batches, "-inf", oldest, ...limit);
      if (ids.length === 0) return;
      await redis
        .multi()
        .zrem(batches, ...ids)
        .hdel(batchOwners, ...ids)
        .exec();
    },
  };
}

function toBacklog(id: string, values: (string | null)[]): BatchBacklog {
  const [status, total, inputLines, completed, failed, owner] = values;
  return {
    id,
    owner: owner ?? undefined,
    calls: countCallsLeft({
      status: status as BatchStatus,
      total: Number(total),
      inputLines: inputLines == null ? undefined : Number(inputLines),
      completed: Number(completed),
      failed: Number(failed),
    }),
  };
}
