import { expect, inject, test } from "vitest";
import type { BatchRecord } from "../../../../apps/gateway/src/batches/records/batch-record.ts";
import { createBatchStore } from "../../../../apps/gateway/src/batches/records/batch-store.ts";
import type { FileRecord } from "../../../../apps/gateway/src/files/file-record.ts";
import { createFileStore } from "../../../../apps/gateway/src/files/file-store.ts";
import { openRedis } from "../../../support/redis/open-redis.ts";
import { watchCommands } from "../../../support/redis/watch-commands.ts";

const others = 1_500;
const firstPage = { limit: 20, after: undefined, order: "desc" } as const;

const fileOf = (id: string, owner: string | undefined, createdAt: number) =>
  ({
    id,
    ...(owner === undefined ? {} : { owner }),
    filename: "input.jsonl",
    purpose: "batch",
    createdAt,
    expiresAt: createdAt + 86_400_000,
    content: { kind: "parts", parts: { folder: id, count: 1, bytes: 1 } },
  }) satisfies FileRecord;

const batchOf = (id: string, owner: string | undefined, createdAt: number) =>
  ({
    id,
    ...(owner === undefined ? {} : { owner }),
    endpoint: "/v1/chat/completions",
    inputFileId: "file-1",
    completionWindow: "24h",
    metadata: null,
    outputTtlMs: 1_000_000,
    status: "in_progress",
    createdAt,
    expiresAt: createdAt + 86_400_000,
    total: 1,
    lastLine: 1,
    completed: 0,
    failed: 0,
    outputBytes: 0,
    errorBytes: 0,
    failures: {},
  }) satisfies BatchRecord;

/** One file and batch of client `a`, one of nobody, and many newer ones of client `b`. */
async function fill() {
  const { redis, redisKeys } = openRedis();
  const files = createFileStore(redis, redisKeys);
  const batches = createBatchStore(redis, redisKeys);
  const now = Date.now();
  const owners = ["a", undefined, ...Array.from({ length: others }, () => "b")];
  await Promise.all(
    owners.map(async (owner, at) => {
      await files.save(fileOf(`file-${at}`, owner, now + at));
      await batches.create(batchOf(`batch_${at}`, owner, now + at));
    }),
  );
  const listFiles = async (client?: string) => {
    const { items, hasMore } = await files.list(firstPage, client, () => true);
    return { ids: items.map(({ id }) => id), hasMore };
  };
  const listBatches = async (client?: string) => {
    const { items, hasMore } = await batches.list(firstPage, client);
    return { ids: items.map(({ id }) => id), hasMore };
  };
  /** How many commands it takes. */
  async function count(act: () => Promise<unknown>): Promise<number> {
    const info = String(await redis.client("INFO"));
    const address = / addr=(\S+)/.exec(info)?.[1] ?? "";
    const watch = await watchCommands(inject("redisUrl"));
    await act();
    await watch.stop();
    return watch.countsByAddress.get(address) ?? 0;
  }
  return { redis, redisKeys, files, listFiles, listBatches, count };
}

const filesOfA = { ids: ["file-1", "file-0"], hasMore: false };
const batchesOfA = { ids: ["batch_1", "batch_0"], hasMore: false };

test("a client's lists do not read the records of all others", async () => {
  const { listFiles, listBatches, count } = await fill();
  const commands = await count(async () => {
    expect(await listFiles("a")).toEqual(filesOfA);
    expect(await listBatches("a")).toEqual(batchesOfA);
  });
  expect(commands).toBeGreaterThan(0);
  expect(commands).toBeLessThan(20);
  const all = await listFiles();
  expect(all).toMatchObject({ hasMore: true });
  expect(all.ids).toHaveLength(firstPage.limit);
  expect((await listBatches("b")).ids).not.toContain("batch_0");
});

test("records of older gateways are found, too, and their owners are read once", async () => {
  const { redis, redisKeys, listFiles, listBatches, count } = await fill();
  await redis.del(redisKeys.fileOwners, redisKeys.batchOwners);
  expect(await listFiles("a")).toEqual(filesOfA);
  expect(await listBatches("a")).toEqual(batchesOfA);
  const again = await count(async () => {
    expect(await listFiles("a")).toEqual(filesOfA);
    expect(await listBatches("a")).toEqual(batchesOfA);
  });
  expect(again).toBeLessThan(20);
});

test("of a removed file no owner is kept", async () => {
  const { redis, redisKeys, files, listFiles } = await fill();
  await files.remove("file-0");
  expect(await redis.hexists(redisKeys.fileOwners, "file-0")).toBe(0);
  expect((await listFiles("a")).ids).toEqual(["file-1"]);
});
