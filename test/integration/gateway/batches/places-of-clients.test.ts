import { randomUUID } from "node:crypto";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import { Redis } from "ioredis";
import { pino } from "pino";
import { expect, inject, onTestFinished, test } from "vitest";
import { BatchRunner } from "../../../../apps/gateway/src/batches/leading/batch-runner.ts";
import { takeLease } from "../../../../apps/gateway/src/batches/leading/lease.ts";
import type { BatchRecord } from "../../../../apps/gateway/src/batches/records/batch-record.ts";
import { createBatchStore } from "../../../../apps/gateway/src/batches/records/batch-store.ts";
import { newBatch } from "../../../../apps/gateway/src/batches/records/new-batch.ts";
import type { FileRecord } from "../../../../apps/gateway/src/files/file-record.ts";
import { createRedisKeys } from "../../../../libs/shared/src/redis/keys.ts";
import { removeKeys } from "../../../support/redis/remove-keys.ts";

const logger = pino({ level: "silent" });
/** Batches that one gateway leads at a time. */
const places = 20;

/** A gateway whose batches run until it stops, or until a test ends them. */
async function openRunner() {
  const redis = new Redis(inject("redisUrl"));
  const prefix = `test-${randomUUID()}`;
  const redisKeys = createRedisKeys(prefix);
  const batches = createBatchStore(redis, redisKeys);
  const led: string[] = [];
  const ends = new Map<string, () => void>();
  const runner = new BatchRunner({
    batches,
    clock: { now: () => Date.now() } as RedisClock,
    takeLease: (id) => takeLease({ redis, redisKeys, logger }, id),
    runBatch(id, _lease, stop) {
      led.push(id);
      return new Promise((end) => {
        ends.set(id, end);
        stop.addEventListener("abort", () => end());
      });
    },
    logger,
  });
  onTestFinished(async () => {
    await runner.stop();
    await redis.quit();
    await removeKeys(inject("redisUrl"), prefix);
  });
  let created = 0;
  return {
    runner,
    batches,
    led,
    async create(owner: string, more: Partial<BatchRecord> = {}) {
      created += 1;
      const batch = { ...recordOf(owner, created), ...more };
      await batches.create(batch);
      return batch.id;
    },
    async end(id: string): Promise<void> {
      const before = runner.leading;
      await batches.close(id);
      ends.get(id)?.();
      await expect.poll(() => runner.leading).toBe(before - 1);
    },
  };
}

function recordOf(owner: string, createdAt: number): BatchRecord {
  const input = { id: "file-1", filename: "input.jsonl" } as FileRecord;
  return newBatch(
    {
      owner,
      input,
      endpoint: "/v1/chat/completions",
      completionWindow: "24h",
      windowMs: Date.now() + 60_000,
      metadata: null,
      outputTtlMs: 1_000,
    },
    createdAt,
  );
}

async function openFull() {
  const gateway = await openRunner();
  const others: string[] = [];
  for (let count = 0; count < places + 5; count += 1) {
    others.push(await gateway.create("big"));
  }
  await gateway.runner.poll();
  expect(gateway.led).toEqual(others.slice(0, places));
  return { ...gateway, others };
}

test("a client's only batch is led although another client's batches have all places", async () => {
  const { runner, led, create } = await openFull();
  const only = await create("small");
  const second = await create("small");
  await runner.poll();
  expect(led.slice(places)).toEqual([only]);
  expect(led).not.toContain(second);
});

test("a place that becomes free goes to the client that has the fewest", async () => {
  const { runner, led, create, end, others } = await openFull();
  await create("small");
  const second = await create("small");
  await runner.poll();
  // The first client's batches are one more than there are places.
  await end(others[0] ?? "");
  await end(others[1] ?? "");
  await runner.poll();
  expect(led.at(-1)).toBe(second);
  expect(runner.leading).toBe(places);
});

test("a batch that is cancelled or has expired does not wait for a place", async () => {
  const { runner, batches, led, create, others } = await openFull();
  const cancelled = others.at(-1) ?? "";
  await batches.cancel(cancelled);
  const expired = await create("big", { expiresAt: Date.now() - 1 });
  await runner.poll();
  expect(led.slice(places)).toEqual([cancelled, expired]);
});
