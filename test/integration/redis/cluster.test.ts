import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  connectRedis,
  disconnectRedis,
} from "@openrouter-free-pool/shared/redis/connect";
import {
  loadScript,
  runScript,
} from "@openrouter-free-pool/shared/redis/script";
import { pino } from "pino";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { privateRedisAvailable } from "../../support/redis/redis.ts";
import {
  type RunningCluster,
  startRedisCluster,
} from "../../support/redis/redis-cluster.ts";
import { until } from "../../support/until.ts";

const logger = pino({ level: "silent" });
const prefix = "pool";
let cluster: RunningCluster;
beforeAll(async () => {
  if (!privateRedisAvailable()) return;
  cluster = await startRedisCluster({ primaries: 2, replicas: 0 });
});
afterAll(() => cluster?.stop());

function connect(name: string) {
  const nodes = cluster.nodes.map(({ port }) => ({ host: "127.0.0.1", port }));
  const redis = connectRedis(
    { nodes, hashTag: prefix, usesTls: false },
    { role: "durable", name, logger },
  );
  onTestFinished(() => disconnectRedis(redis));
  return redis;
}

async function scriptOf(source: string) {
  const folder = await mkdtemp(join(tmpdir(), "script-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "script.lua");
  await writeFile(file, source);
  return loadScript(pathToFileURL(file));
}

test("no script is begun while the slot moves, also one that comes to keys that are not here", async (ctx) => {
  if (!privateRedisAvailable()) ctx.skip("needs redis-server on the PATH");
  const redis = connect("scripts");
  const script = await scriptOf(`--[[
  KEYS[1] counter  STRING
  ARGV[1] first part of the keys of many others
]]
local number = redis.call('INCR', KEYS[1])
redis.call('SET', ARGV[1] .. number, number)
return number
`);
  const run = () =>
    runScript(redis, script, [`{${prefix}}:counter`], [`{${prefix}}:other:`]);
  for (let i = 0; i < 50; i += 1) await run();

  const moving = cluster.moveSlot(prefix, { restMs: 20 });
  const numbers: unknown[] = [];
  let isMoving = true;
  void moving.finally(() => {
    isMoving = false;
  });
  while (isMoving) numbers.push(await run());
  const { to } = await moving;

  const last = Number(await run());
  expect(last).toBe(50 + numbers.length + 1);
  expect(numbers).toEqual(numbers.map((_, index) => 51 + index));
  const held = await cluster.ask(to, (node) =>
    node.keys(`{${prefix}}:other:*`),
  );
  expect(held).toHaveLength(last);
});

test("a connection that only listens follows the slot", async (ctx) => {
  if (!privateRedisAvailable()) ctx.skip("needs redis-server on the PATH");
  const [listener, redis] = [connect("listener"), connect("speaker")];
  const heard: string[] = [];
  listener.on("message", (_channel: string, message: string) =>
    heard.push(message),
  );
  await listener.subscribe(`{${prefix}}:news`);
  await redis.publish(`{${prefix}}:news`, "before");
  await cluster.moveSlot(prefix);
  await until("it hears what is said at the new owner", async () => {
    await redis.set(`{${prefix}}:key`, "1");
    // Only those who listen at this node are counted.
    return (await redis.publish(`{${prefix}}:news`, "after")) === 1;
  });
  await until("both were heard", () => heard.includes("after"));
  expect(heard[0]).toBe("before");
});
