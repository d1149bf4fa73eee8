import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterEach, expect, inject, test } from "vitest";
import { batchClient } from "../../support/clients/batch-client.ts";
import { batchInput } from "../../support/clients/batch-input.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

let stack: Stack | undefined;
let redis: Redis | undefined;
afterEach(async () => {
  redis?.disconnect();
  await stack?.stop();
});

/**
 * Starts a batch that no gateway can execute: it throws whenever a gateway takes it up.
 * No worker runs, so it cannot end before.
 */
async function startHeldUp(options: { window?: string; tries: number }) {
  const env = { BATCH_MAX_TRIES: String(options.tries) };
  const redisUrl = inject("redisUrl");
  stack = await startStack({ redisUrl, workers: 0, env });
  const [first] = stack.gateways;
  const id = await batchClient(stack.url).start(
    batchInput(20),
    options.window ?? "24h",
  );
  const { input_file_id: fileId } = await batchClient(stack.url).untilStatus(
    id,
    "in_progress",
  );
  await first?.stop();
  await rm(join(String(stack.env.FILES_PATH), "files", fileId), {
    recursive: true,
  });
  const gateway = await stack.startGateway();
  const client = batchClient(gateway.url);
  return { stack, gateway, client, id, fileId };
}

test("a batch that throws each time fails with a reason, after growing pauses", async () => {
  const { gateway, client, id, fileId } = await startHeldUp({ tries: 3 });
  const batch = await client.untilStatus(id, "failed");

  expect(batch.errors?.data).toMatchObject([
    { message: expect.stringContaining("not in the storage any more") },
  ]);
  const pauses = gateway
    .logged("A batch is held up")
    .map(({ pauseMs }) => pauseMs);
  expect(pauses).toEqual([1_000, 2_000]);
  // It is led once, not taken up again and again.
  expect(gateway.logged("Leading a batch")).toHaveLength(1);
  await until("its file can be deleted", async () => {
    const { deleted } = await client.openai.files.delete(fileId);
    return deleted;
  });
});

test("a batch that is held up can be cancelled at any time", async () => {
  const { client, gateway, id } = await startHeldUp({ tries: 100 });
  await until(
    "pauses have grown",
    () => gateway.logged("A batch is held up").length >= 3,
  );
  await client.openai.batches.cancel(id);
  const batch = await client.untilStatus(id, "cancelled");
  expect(batch.cancelled_at).toBeGreaterThan(0);
  expect(batch.errors?.data).toHaveLength(1);
});

test("a batch that is held up expires in time", async () => {
  const { client, id } = await startHeldUp({ tries: 100, window: "30s" });
  const batch = await client.untilStatus(id, "expired", 60_000);
  expect(batch.expired_at).toBeGreaterThanOrEqual(batch.expires_at ?? 0);
});

test("a record that cannot be read ends its batch and hides no other one", async () => {
  const env = { BATCH_MAX_TRIES: "2" };
  stack = await startStack({ redisUrl: inject("redisUrl"), workers: 0, env });
  const client = batchClient(stack.url);
  const broken = await client.start(batchInput(3));
  const other = await client.start(batchInput(3));
  await client.untilStatus(broken, "in_progress");
  redis = new Redis(inject("redisUrl"));
  const [key = ""] = await redis.keys(`*${stack.prefix}*:batch:${broken}`);
  await redis.hset(key, "failures", "{not json");
  await stack.gateways[0]?.stop();
  const gateway = await stack.startGateway();

  await until(
    "it is given up",
    () => gateway.logged("A batch was given up")[0],
  );
  expect(await redis.hget(key, "status")).toBe("failed");
  const { data } = await batchClient(gateway.url).openai.batches.list();
  expect(data.map(({ id }) => id)).toEqual([other]);
});
