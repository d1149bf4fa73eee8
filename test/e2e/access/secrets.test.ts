import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterEach, expect, test } from "vitest";
import { burst, chat, countStatuses } from "../../support/clients/chat.ts";
import { send } from "../../support/clients/send.ts";
import { streamChat } from "../../support/clients/stream-chat.ts";
import {
  type Stack,
  startStack,
  testKey,
} from "../../support/processes/stack.ts";
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
});

test("no API key is in Redis, in its files, in a log or in an answer", async ({
  annotate,
  skip,
}) => {
  if (!privateRedisAvailable()) skip("needs redis-server on the PATH");
  redis = await startPrivateRedis({ appendonly: true });
  const named = [2, 3].map((index) => `shared=${testKey(index)}`);
  stack = await startStack({
    redisUrl: redis.url,
    keys: [testKey(0), testKey(1), ...named, testKey(4)],
    perMinute: 20,
    windowMs: 2_000,
    perDay: 10_000,
    env: { LOG_LEVEL: "trace", KEY_PROBE_MS: "500" },
  });
  const { url, simulator, gateways, workers } = stack;
  // Everything that has to do with keys: refusals of each kind, probes, a queue.
  await simulator.settings({
    keys: { [testKey(0)]: { fault: { kind: "401" } } },
  });
  await simulator.script([
    { match: { key: testKey(1) }, fault: { kind: "403-key-limit" } },
    { match: { account: "shared" }, fault: { kind: "402" } },
    { match: { key: testKey(4) }, fault: { kind: "429-account-minute" } },
    { match: { marker: "dropped" }, fault: { kind: "drop-before-headers" } },
  ]);
  const asked = burst(url, 120);
  await until("some wait", async () => (await simulator.summary()).total > 20);
  const whileBusy = await searchRedis(redis.url);
  const answers = await asked;
  answers.push(await chat(url, { marker: "dropped" }));
  const streamed = await streamChat(`${url}/v1`);
  const pages = await Promise.all(
    ["/api/v1/keys/status", "/ready", "/health", "/v1/models"].map((path) =>
      send(url + path),
    ),
  );
  const whenDone = await searchRedis(redis.url);
  const dump = await dumpFiles(redis);

  expect(countStatuses(answers)).toEqual({ 200: 121 });
  const logs = [...gateways, ...workers].flatMap(({ output }) => output);
  await annotate(
    `searched ${whileBusy.keys.length + whenDone.keys.length} Redis keys with their values, ${dump.length} bytes of Redis's files, ${logs.length} lines of logs`,
  );
  expect(logs.join("\n")).toContain("Marked key sk-or-v1-000...000 as invalid");
  // What may be there is found.
  expect(dump).toContain("sk-or-v1-000...000");
  expect(whileBusy.texts.join("\n")).toContain("sk-or-v1-000...000");
  for (const what of [
    ...whileBusy.texts,
    ...whenDone.texts,
    dump,
    ...logs,
    ...[...answers, ...pages].flatMap(({ text, headers }) => [
      text,
      JSON.stringify([...headers]),
    ]),
    streamed.bytes.toString("latin1"),
  ]) {
    // All keys have this in the middle; a mask does not show it.
    expect(what).not.toContain("kkkkkkkk");
  }
});

/** All keys and their values, serialised as Redis does it for DUMP and by type. */
async function searchRedis(url: string) {
  const client = new Redis(url);
  try {
    const keys = await client.keys("*");
    const texts = [...keys];
    for (const key of keys) {
      texts.push(JSON.stringify(await readValue(client, key)) ?? "");
    }
    return { keys, texts };
  } finally {
    client.disconnect();
  }
}

async function readValue(client: Redis, key: string): Promise<unknown> {
  switch (await client.type(key)) {
    case "string":
      return client.get(key);
    case "hash":
      return client.hgetall(key);
    case "list":
      return client.lrange(key, 0, -1);
    case "set":
      return client.smembers(key);
    case "zset":
      return client.zrange(key, "0", "-1");
    case "stream":
      return client.xrange(key, "-", "+");
    default:
      return undefined;
  }
}

/** The bytes of the append-only file, and of a snapshot without compression. */
async function dumpFiles({ url, dataDir }: PrivateRedis): Promise<string> {
  const client = new Redis(url);
  await client.config("SET", "rdbcompression", "no");
  await client.save();
  client.disconnect();
  const entries = await readdir(dataDir, {
    recursive: true,
    withFileTypes: true,
  });
  const files = entries.filter((entry) => entry.isFile());
  expect(files.map(({ name }) => name).join()).toMatch(
    /\.rdb.*\.aof|\.aof.*\.rdb/,
  );
  const contents = await Promise.all(
    files.map((file) => readFile(join(file.parentPath, file.name), "latin1")),
  );
  return contents.join("\n");
}
