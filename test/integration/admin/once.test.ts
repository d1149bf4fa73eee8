import { setTimeout as sleep } from "node:timers/promises";
import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import {
  createOnce,
  type Once,
} from "../../../apps/gateway/src/admin/once/once.ts";
import { openRedis } from "../../support/redis/open-redis.ts";
import { startPrivateRedis } from "../../support/redis/redis.ts";

const markMs = 600;

/** Two gateways. */
function openBoth(): [Once, Once] {
  const deps = { ...openRedis(), markMs };
  return [createOnce(deps), createOnce(deps)];
}

test("what takes longer than its mark lasts is done once all the same, and all get what came of it", async () => {
  const [first, second] = openBoth();
  let runs = 0;
  const run = async () => {
    runs += 1;
    await sleep(3 * markMs);
    return `run ${runs}`;
  };
  const outcomes = Promise.all([first("x", run), second("x", run)]);
  expect(await outcomes).toEqual(["run 1", "run 1"]);
  expect(await second("y", run)).toBe("run 2");
});

test("what fails is done again by the next one", async () => {
  const [first, second] = openBoth();
  const failed = first("x", () => Promise.reject(new Error("Not now")));
  await expect(failed).rejects.toThrow("Not now");
  expect(await second("x", async () => true)).toBe(true);
});

test("what has been done is not told as a failure, nor done again, because its mark could not be written", async () => {
  const server = await startPrivateRedis();
  onTestFinished(() => server.stop());
  const redis = new Redis(server.url);
  onTestFinished(() => redis.disconnect());
  const once = createOnce({ redis, redisKeys: createRedisKeys("t") });
  let runs = 0;
  const first = await once("x", async () => {
    runs += 1;
    await redis.config("SET", "maxmemory", "1");
    return "done";
  }).catch((error: Error) => error.message);
  await redis.config("SET", "maxmemory", "0");
  // The second click of a double click.
  await once("x", async () => {
    runs += 1;
    return "done";
  });
  expect({ first, runs }).toEqual({ first: "done", runs: 1 });
});
