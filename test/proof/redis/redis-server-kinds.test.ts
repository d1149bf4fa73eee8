import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { chat } from "../../support/clients/chat.ts";
import { startApp } from "../../support/processes/app-process.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import {
  type PrivateRedis,
  privateRedisAvailable,
  startPrivateRedis,
} from "../../support/redis/redis.ts";
import { until } from "../../support/until.ts";

let redis: PrivateRedis | undefined;
let stack: Stack | undefined;
afterEach(async () => {
  await stack?.stop();
  await redis?.stop();
  redis = stack = undefined;
});

const evicting = ["--maxmemory-policy", "allkeys-lru"];

test("Redis behind a socket, with a database number", async (ctx) => {
  if (!privateRedisAvailable()) ctx.skip("needs redis-server on the PATH");
  redis = await startPrivateRedis({ args: ["--unixsocket", "redis.sock"] });
  const redisUrl = `unix://${join(redis.dataDir, "redis.sock")}?db=3`;
  stack = await startStack({ redisUrl });
  expect((await chat(stack.url)).status).toBe(200);
});

test("a Redis that may evict keys: requests are served, and everybody is told", async (ctx) => {
  if (!privateRedisAvailable()) ctx.skip("needs redis-server on the PATH");
  redis = await startPrivateRedis({ args: evicting });
  stack = await startStack({ redisUrl: redis.url });
  expect((await chat(stack.url)).status).toBe(200);
  const { url } = stack;
  await until("/ready warns", async () => {
    const response = await fetch(`${url}/ready`);
    const { warning } = (await response.json()) as { warning?: string };
    return response.status === 200 && warning?.includes("allkeys-lru");
  });
  for (const app of [...stack.gateways, ...stack.workers]) {
    expect(app.output.join("\n")).toContain("maxmemory-policy allkeys-lru");
  }
});

test("a Redis that may evict keys is refused where that is wanted", async (ctx) => {
  if (!privateRedisAvailable()) ctx.skip("needs redis-server on the PATH");
  redis = await startPrivateRedis({ args: evicting });
  const env = {
    REDIS_URL: redis.url,
    REDIS_REQUIRE_NOEVICTION: "true",
    OPENROUTER_API_KEYS: "sk-or-v1-aaaaaaaa",
    PORT: "0",
    WORKER_PORT: "0",
  };
  for (const app of ["gateway", "worker"] as const) {
    await expect(startApp(app, env)).rejects.toThrow(
      "REDIS_REQUIRE_NOEVICTION",
    );
  }
});
