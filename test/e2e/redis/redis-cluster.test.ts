import { test } from "vitest";
import { AdminClient } from "../../support/clients/admin-client.ts";
import { batchClient } from "../../support/clients/batch-client.ts";
import { batchInput } from "../../support/clients/batch-input.ts";
import { burst, chat, countStatuses } from "../../support/clients/chat.ts";
import { streamChat } from "../../support/clients/stream-chat.ts";
import { startStack } from "../../support/processes/stack.ts";
import { privateRedisAvailable } from "../../support/redis/redis.ts";
import { startRedisCluster } from "../../support/redis/redis-cluster.ts";
import { until } from "../../support/until.ts";

const count = 90;
const prefix = "cluster-test";
const password = "not-a-secret";

test("Over a Cluster everything works, and its hash slot moves to another node in mid-burst: nothing is lost or called twice", {
  timeout: 90_000,
}, async ({ annotate, expect, onTestFinished, skip }) => {
  if (!privateRedisAvailable()) skip("needs redis-server on the PATH");
  const cluster = await startRedisCluster();
  onTestFinished(() => cluster.stop());
  const owner = await cluster.ownerOf(prefix);
  const stack = await startStack({
    redisUrl: owner.url,
    prefix,
    windowMs: 2_000,
    guardMs: 800,
    perDay: 10_000,
    gateways: 2,
    workers: 2,
    simulator: { latencyMs: 200, jitterMs: 100 },
    env: {
      REDIS_URL: "",
      REDIS_CLUSTER: cluster.addresses,
      ADMIN_PASSWORD: password,
    },
  });
  onTestFinished(() => stack.stop());
  const { gateways, simulator, url } = stack;

  const halves = gateways.map((gateway, half) =>
    burst(gateway.url, count / 2, (i) => ({ marker: `job-${half}-${i}` })),
  );
  await until("the burst has begun", async () => {
    return ((await simulator.summary()).byStatus[200] ?? 0) > 30;
  });
  const { to, keys, ms } = await cluster.moveSlot(prefix, { restMs: 50 });
  const answers = (await Promise.all(halves)).flat();
  const calls = await simulator.calls();
  const { quotaViolations } = await simulator.summary();
  await annotate(
    `${count} requests, ${calls.length} calls, ${quotaViolations} over a limit; ${keys} keys moved in ${ms.toFixed(0)} ms`,
  );
  expect(countStatuses(answers)).toEqual({ 200: count });
  expect(new Set(calls.map(({ marker }) => marker)).size).toBe(count);
  expect(calls).toHaveLength(count);
  expect(quotaViolations).toBe(0);
  expect(await cluster.ownerOf(prefix)).toBe(to);

  expect((await streamChat(`${url}/v1`)).isWhole).toBe(true);
  const batches = batchClient(url);
  const batch = await batches.untilStatus(
    await batches.start(batchInput(5)),
    "completed",
  );
  expect(batch.request_counts).toMatchObject({ completed: 5, failed: 0 });
  const visitor = new AdminClient(url);
  await visitor.logIn(password);
  for (const page of [
    "/admin",
    "/admin/batches",
    "/admin/models",
    "/admin/queues",
  ]) {
    expect((await visitor.get(page)).status, page).toBe(200);
  }
  for (const gateway of gateways) {
    expect((await fetch(`${gateway.url}/ready`)).status).toBe(200);
    expect((await chat(gateway.url)).status).toBe(200);
  }
});
