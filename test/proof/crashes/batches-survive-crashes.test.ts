import { afterEach, expect, test } from "vitest";
import { batchClient } from "../../support/clients/batch-client.ts";
import { batchInput } from "../../support/clients/batch-input.ts";
import {
  type Gateway,
  type Stack,
  startStack,
} from "../../support/processes/stack.ts";
import {
  type PrivateRedis,
  privateRedisAvailable,
  startPrivateRedis,
} from "../../support/redis/redis.ts";

let stack: Stack | undefined;
let redis: PrivateRedis | undefined;
afterEach(async () => {
  await stack?.stop();
  await redis?.stop();
});

const lines = 1_500;
const workerConcurrency = 32;

/** The gateway that leads the only batch, and the other one. */
function splitByRole([first, second]: Gateway[]): [Gateway, Gateway] {
  if (!first || !second) throw new Error("Two gateways are needed");
  const isFirst = first.logged("Leading a batch").length > 0;
  return isFirst ? [first, second] : [second, first];
}

test("a worker, the leading gateway and Redis are lost, and no line is", async (ctx) => {
  if (!privateRedisAvailable()) ctx.skip("needs redis-server on the PATH");
  redis = await startPrivateRedis({ appendonly: true });
  stack = await startStack({
    redisUrl: redis.url,
    accounts: 10,
    windowMs: 1_000,
    perDay: 100_000,
    gateways: 2,
    workers: 2,
    env: { WORKER_CONCURRENCY: String(workerConcurrency) },
    simulator: { latencyMs: 200, jitterMs: 50 },
  });
  const id = await batchClient(stack.url).start(batchInput(lines));
  await batchClient(stack.url).untilCompleted(id, 100);
  const [leader, other] = splitByRole(stack.gateways);
  const client = batchClient(other.url);

  await stack.workers[0]?.kill();
  await client.untilCompleted(id, 400);
  await leader.kill();
  await client.untilCompleted(id, 800);
  await redis.restart();
  const batch = await client.untilStatus(id, "completed", 60_000);

  const output = await client.download(batch.output_file_id);
  const ids = new Set(output.map((line) => line.custom_id));
  const calls = await stack.simulator.calls({ path: "/chat/completions" });
  const counted = calls.filter(({ quotaRefusal }) => quotaRefusal === null);
  const repeated = counted.length - lines;
  await ctx.annotate(
    `${counted.length} calls for ${lines} lines: ${repeated} were made a second time`,
  );
  expect(batch.request_counts).toEqual({
    total: lines,
    completed: lines,
    failed: 0,
  });
  expect(output).toHaveLength(lines);
  expect(ids.size).toBe(lines);
  // What the killed worker had in hand; the gateway's end costs nothing.
  expect(repeated).toBeLessThanOrEqual(2 * workerConcurrency);
}, 120_000);

test("a gateway that stops hands its batch over, and nothing is called twice", async (ctx) => {
  if (!privateRedisAvailable()) ctx.skip("needs redis-server on the PATH");
  redis = await startPrivateRedis();
  stack = await startStack({
    redisUrl: redis.url,
    accounts: 10,
    windowMs: 1_000,
    perDay: 100_000,
    gateways: 2,
    simulator: { latencyMs: 200, jitterMs: 50 },
  });
  const id = await batchClient(stack.url).start(batchInput(600));
  await batchClient(stack.url).untilCompleted(id, 100);
  const [leader, other] = splitByRole(stack.gateways);
  expect(await leader.stop()).toBe(0);
  const client = batchClient(other.url);
  const batch = await client.untilStatus(id, "completed", 60_000);

  const output = await client.download(batch.output_file_id);
  expect(new Set(output.map((line) => line.custom_id)).size).toBe(600);
  expect(output).toHaveLength(600);
  expect((await stack.simulator.summary()).byKind).toMatchObject({ ok: 600 });
});
