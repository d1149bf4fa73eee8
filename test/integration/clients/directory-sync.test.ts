import { randomUUID } from "node:crypto";
import { connectRedis } from "@openrouter-free-pool/shared/redis/connect";
import {
  createRedisKeys,
  type RedisKeys,
} from "@openrouter-free-pool/shared/redis/keys";
import { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { ClientDirectory } from "../../../apps/gateway/src/clients/directory/client-directory.ts";
import { createClientStore } from "../../../apps/gateway/src/clients/directory/client-store.ts";
import { DirectorySync } from "../../../apps/gateway/src/clients/directory/directory-sync.ts";
import { createManageClients } from "../../../apps/gateway/src/clients/manage-clients.ts";
import { RedisHealth } from "../../../apps/gateway/src/redis/redis-health.ts";
import { until } from "../../support/until.ts";

const logger = pino({ level: "silent" });
const connections: Redis[] = [];
const syncs: DirectorySync[] = [];
let redisKeys: RedisKeys;

beforeEach(() => {
  redisKeys = createRedisKeys(`test-${randomUUID()}`);
});
afterEach(async () => {
  await Promise.all(syncs.splice(0).map((sync) => sync.stop()));
  await Promise.all(connections.splice(0).map((each) => each.quit()));
});

function connect(): Redis {
  const redis = connectRedis(
    { url: inject("redisUrl") },
    { role: "durable", name: "test", logger },
  );
  connections.push(redis);
  return redis;
}

/** What one gateway knows and does about clients. @param channel it hears news on. */
async function startGateway(channel = redisKeys.clientNews) {
  const redis = connect();
  await redis.ping();
  const store = createClientStore(redis, redisKeys);
  const directory = new ClientDirectory([]);
  const sync = new DirectorySync({
    redis,
    redisKeys: { ...redisKeys, clientNews: channel },
    store,
    directory,
    logger,
  });
  syncs.push(sync);
  await sync.start(connect());
  const manage = createManageClients({
    store,
    directory,
    sync,
    redisHealth: new RedisHealth(redis),
    clock: new RedisClock(),
    cancelBatchesOf: async () => undefined,
    webhookSecretOf: () => undefined,
    logger,
  });
  return { redis, directory, sync, ...manage };
}

test("a gateway knows nobody's key and lets nobody in until Redis has been read", async () => {
  const directory = new ClientDirectory([]);
  expect(directory).toMatchObject({ isKnown: false, requiresKey: true });
  // Web pages of other origins are kept out by then, too.
  expect(directory.isKeyless).toBe(true);
  const { directory: known } = await startGateway();
  expect(known).toMatchObject({ isKnown: true, requiresKey: false });
});

test("a change that no news tells of is seen all the same", async () => {
  const deaf = await startGateway("nothing-is-said-here");
  const { create, rotate, remove } = await startGateway();
  const { client, key } = await create({ name: "a" }, "test");
  await until("it is known", () => deaf.directory.findByKey(key));
  const { key: newKey } = await rotate(client.id, "test");
  await until("it is renewed", () => deaf.directory.findByKey(newKey));
  expect(deaf.directory.findByKey(key)).toBeUndefined();
  await remove(client.id, "test");
  await until("it is gone", () => !deaf.directory.findByKey(newKey));
  expect(deaf.directory).toMatchObject({ requiresKey: true, isKeyless: false });
});

test("without clients an operator can let anybody call again, and make clients anew", async () => {
  const [here, there] = [await startGateway(), await startGateway()];
  const { client } = await here.create({ name: "a" }, "test");
  await expect(here.open("test")).rejects.toThrow("There are clients");
  await here.remove(client.id, "test");
  await here.open("test");
  await until("it is open", () => !there.directory.requiresKey);
  const { key } = await there.create({ name: "a" }, "test");
  await until("it is known", () => here.directory.findByKey(key));
  expect(here.directory.requiresKey).toBe(true);
});

test("a Redis that has lost its clients opens no gateway that knew them", async () => {
  const { redis, directory, create } = await startGateway();
  const { key } = await create({ name: "a" }, "test");
  const { clients, clientNames, clientsVersion } = redisKeys;
  await redis.del(clients, clientNames, clientsVersion);
  await until("it is seen", () => !directory.findByKey(key));
  expect(directory).toMatchObject({ requiresKey: true, isKeyless: false });
});

test("simultaneous changes of one client are all made, and no two clients have one name", async () => {
  const [here, there] = [await startGateway(), await startGateway()];
  const { client } = await here.create({ name: "a" }, "test");
  await Promise.all([
    here.update(client.id, { weight: 5 }, "test"),
    there.update(client.id, { perDay: 6 }, "test"),
    here.update(client.id, { disabled: true }, "test"),
  ]);
  await until("all is known", () => {
    const known = there.directory.find(client.id);
    return known?.weight === 5 && known.perDay === 6 && known.disabled;
  });
  const twins = await Promise.allSettled(
    [here, there].map(({ create }) => create({ name: "Twin" }, "test")),
  );
  expect(twins.map(({ status }) => status).sort()).toEqual([
    "fulfilled",
    "rejected",
  ]);
  await here.update(client.id, { name: "b" }, "test");
  await there.create({ name: "A" }, "test");
});
