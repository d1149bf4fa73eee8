/**
 * What a waiting request costs: memory of Redis and of the gateway for each
 * request in the queue, by the size of its body. Figures for `docs/operations.md`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { findOwnRedis } from "../../../scripts/redis/find-redis.ts";
import { burst } from "../../support/clients/chat.ts";
import { residentMiB } from "../../support/processes/memory.ts";
import { startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const kib = 1_024;
const slots = 50;
const loads = [
  { bodyBytes: kib, requests: 4_000 },
  { bodyBytes: 10 * kib, requests: 4_000 },
  { bodyBytes: 100 * kib, requests: 1_000 },
];

const { url, stop } = await findOwnRedis({ purpose: "bench" });
const redis = new Redis(url);
try {
  const figures = [];
  for (const load of loads) figures.push(await measureWaiting(load));
  console.table(figures);
} finally {
  redis.disconnect();
  await stop();
}

async function measureWaiting(load: { bodyBytes: number; requests: number }) {
  const { bodyBytes, requests } = load;
  // So few slots that nearly everything waits, for as long as it takes.
  const stack = await startStack({
    redisUrl: url,
    accounts: 1,
    perMinute: slots,
    perDay: 1_000_000,
    workers: 1,
    env: { MAX_WAIT_MS: "7200000" },
  });
  const hangUp = new AbortController();
  try {
    const gatewayPid = stack.gateways[0]?.pid ?? 0;
    const before = { redis: await usedKiB(), gateway: residentMiB(gatewayPid) };
    const content = "x".repeat(bodyBytes);
    const asked = burst(stack.url, requests, () => ({
      content,
      signal: hangUp.signal,
    })).catch(() => undefined);
    await until(
      "all of them wait",
      async () => (await countWaiting(stack.url)) >= requests - slots,
      120_000,
    );
    // What was in flight between the two is collected in the meantime.
    await sleep(2_000);
    const redisKiB = ((await usedKiB()) - before.redis) / requests;
    const grown = residentMiB(gatewayPid) - before.gateway;
    hangUp.abort();
    await asked;
    return {
      "body, KiB": bodyBytes / kib,
      requests,
      "Redis, KiB a request": Number(redisKiB.toFixed(1)),
      "gateway, KiB a request": Number(((grown * kib) / requests).toFixed(1)),
    };
  } finally {
    await stack.stop();
  }
}

async function countWaiting(gatewayUrl: string): Promise<number> {
  const response = await fetch(`${gatewayUrl}/api/v1/keys/status`);
  const { queue } = (await response.json()) as { queue: { waiting: number } };
  return queue.waiting;
}

async function usedKiB(): Promise<number> {
  const info = await redis.info("memory");
  return Number(/used_memory:(\d+)/.exec(info)?.[1] ?? 0) / kib;
}
