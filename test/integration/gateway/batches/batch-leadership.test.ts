import type { Redis } from "ioredis";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  type Lease,
  takeLease,
} from "../../../../apps/gateway/src/batches/leading/lease.ts";
import type { BatchRecord } from "../../../../apps/gateway/src/batches/records/batch-record.ts";
import {
  type BatchStore,
  createBatchStore,
} from "../../../../apps/gateway/src/batches/records/batch-store.ts";
import type { RedisKeys } from "../../../../libs/shared/src/redis/keys.ts";
import { readReplies } from "../../../../libs/shared/src/replies/read-replies.ts";
import { sendReply } from "../../../../libs/shared/src/replies/send-reply.ts";
import { openRedis } from "../../../support/redis/open-redis.ts";
import { until } from "../../../support/until.ts";

const logger = pino({ level: "silent" });
const id = "batch_00000000000000000000000000000001";
const batch: BatchRecord = {
  id,
  endpoint: "/v1/chat/completions",
  inputFileId: "file-1",
  completionWindow: "24h",
  metadata: { a: "b" },
  outputTtlMs: 1_000,
  status: "validating",
  createdAt: 1,
  expiresAt: 2,
  total: 0,
  lastLine: 0,
  completed: 0,
  failed: 0,
  outputBytes: 0,
  errorBytes: 0,
  failures: {},
};

let redis: Redis;
let redisKeys: RedisKeys;
let batches: BatchStore;
let leases: Lease[];

beforeEach(async () => {
  ({ redis, redisKeys } = openRedis());
  batches = createBatchStore(redis, redisKeys);
  leases = [];
  await batches.create(batch);
});
afterEach(() => Promise.all(leases.map((lease) => lease.release())));

async function take(): Promise<Lease | undefined> {
  const lease = await takeLease({ redis, redisKeys, logger }, id);
  if (lease) leases.push(lease);
  return lease;
}

async function mustTake(): Promise<Lease> {
  const lease = await take();
  if (!lease) throw new Error("The lease was taken already");
  return lease;
}

test("a record comes back as it was stored", async () => {
  expect(await batches.find(id)).toEqual(batch);
  expect(await redis.pttl(redisKeys.batch(id))).toBeGreaterThan(0);
  expect(await batches.listOpen()).toEqual([id]);
});

test("one gateway leads, and the next one only when it has let go", async () => {
  const first = await mustTake();
  expect(await take()).toBeUndefined();
  expect(await redis.pttl(redisKeys.batchLease(id))).toBeGreaterThan(0);
  expect(await redis.pttl(redisKeys.gatewayAlive(id))).toBeGreaterThan(0);
  await first.release();
  expect(await take()).toBeDefined();
});

test("a leader whose lease went to another is told, and can change nothing", async () => {
  const first = await mustTake();
  await redis.set(redisKeys.batchLease(id), "another");
  expect(
    await batches.update(id, {
      leaseId: first.id,
      change: { status: "completed" },
    }),
  ).toBe("lease-lost");
  expect((await batches.find(id))?.status).toBe("validating");
  await until("it is told", () => first.lost.aborted);
  await first.release();
  expect(await redis.get(redisKeys.batchLease(id))).toBe("another");
});

test("a lease that ran out while nobody took it is taken again", async () => {
  const first = await mustTake();
  await redis.del(redisKeys.batchLease(id));
  await until("it is renewed", () => redis.exists(redisKeys.batchLease(id)));
  expect(first.lost.aborted).toBe(false);
});

test("a change demands the status that it starts from", async () => {
  const { id: leaseId } = await mustTake();
  expect(await batches.cancel(id)).toBe("validating");
  expect(
    await batches.update(id, {
      leaseId,
      expected: "validating",
      change: { status: "in_progress", total: 5 },
    }),
  ).toBe("other-status");
  const now = await batches.find(id);
  expect(now).toMatchObject({ status: "cancelling", total: 0 });
  expect(now?.cancellingAt).toBeGreaterThan(0);
});

test("a batch that has ended is not cancelled", async () => {
  const { id: leaseId } = await mustTake();
  await batches.update(id, { leaseId, change: { status: "completed" } });
  expect(await batches.cancel(id)).toBe("completed");
  expect((await batches.find(id))?.status).toBe("completed");
  expect(await batches.cancel("batch_none")).toBeUndefined();
});

test("replies are read without being removed, and cut off once they are stored", async () => {
  const { id: leaseId } = await mustTake();
  const address = { gatewayId: id, jobId: "" };
  for (const jobId of ["a", "b", "c"]) {
    await sendReply(
      redis,
      redisKeys,
      { ...address, jobId },
      { kind: "orphaned" },
    );
  }
  const read = (after: string) =>
    readReplies(redis, redisKeys.gatewayReplies(id), { after, count: 10 });
  const replies = await read("0-0");
  expect(replies.map(({ jobId }) => jobId)).toEqual(["a", "b", "c"]);
  const second = replies[1]?.id ?? "";
  expect((await read(second)).map(({ jobId }) => jobId)).toEqual(["c"]);

  await batches.update(id, { leaseId, repliesFrom: second });
  expect((await read("0-0")).map(({ jobId }) => jobId)).toEqual(["b", "c"]);
  await batches.close(id);
  expect(await read("0-0")).toEqual([]);
  expect(await batches.listOpen()).toEqual([]);
});
