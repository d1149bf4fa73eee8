import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createTellEnds } from "../../../../apps/gateway/src/background/api/tell-ends.ts";
import {
  type BackgroundContents,
  createBackgroundContents,
} from "../../../../apps/gateway/src/background/contents/background-contents.ts";
import { createRemoveExpiredRequests } from "../../../../apps/gateway/src/background/contents/remove-expired-requests.ts";
import {
  type BackgroundOrder,
  newBackgroundId,
} from "../../../../apps/gateway/src/background/records/background-record.ts";
import {
  type BackgroundStore,
  createBackgroundStore,
  unbounded,
} from "../../../../apps/gateway/src/background/records/background-store.ts";
import { openStorage } from "../../../../apps/gateway/src/storage/open-storage.ts";
import { openRedis } from "../../../support/redis/open-redis.ts";

const logger = pino({ level: "silent" });
let redis: Redis;
let folder: string;
let redisKeys: RedisKeys;
let clock: RedisClock;
let store: BackgroundStore;
let contents: BackgroundContents;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "openrouter-free-pool-test-"));
});
beforeEach(async () => {
  ({ redis, redisKeys } = openRedis());
  clock = new RedisClock();
  store = createBackgroundStore({ redis, redisKeys, clock });
  const settings = { FILES_STORAGE: "fs", FILES_PATH: folder };
  contents = createBackgroundContents(
    await openStorage(settings as Parameters<typeof openStorage>[0]),
  );
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Lets so much time pass. */
function skip(ms: number): void {
  const sentAt = performance.now();
  clock.add({ sentAt, roundTripMs: 0, redisTime: clock.now() + ms });
}

async function newOrder(owner = "client_a"): Promise<BackgroundOrder> {
  const id = newBackgroundId("response");
  return {
    id,
    owner,
    path: "/responses",
    createdAt: clock.now(),
    maxWaitMs: 60_000,
    keptMs: 60_000,
    body: await contents.keepBody(id, Buffer.from("{}")),
    fingerprint: "f",
    requestId: "req",
    model: "m/a:free",
    headers: {},
    priority: 5,
  };
}

test("what is refused leaves nothing behind", async () => {
  const bounds = { all: 10, ofClient: 1 };
  expect(await store.checkRoom("client_a", bounds)).toBe("room");
  const [first, second] = [await newOrder(), await newOrder()];
  expect(await store.create(first, "gateway", bounds)).toBe("created");
  expect(await store.checkRoom("client_a", bounds)).toBe("client-full");
  expect(await store.checkRoom("client_b", bounds)).toBe("room");
  expect(await store.checkRoom("client_b", { all: 1, ofClient: 1 })).toBe(
    "full",
  );
  await store.reserve(second.id, 1_000);
  expect(await store.create(second, "gateway", bounds)).toBe("client-full");
  await store.remove(second.id);
  // A repeat that was taken in at the same moment stays.
  await store.remove(first.id);
  expect(await redis.zrange(redisKeys.backgroundByExpiry, 0, "-1")).toEqual([
    first.id,
  ]);
  expect(await store.find(first.id)).toMatchObject({ status: "open" });
});

test("a request whose record expired while no gateway ran counts no more", async () => {
  const order = await newOrder();
  await store.create(order, "gateway", unbounded);
  await redis.del(redisKeys.background(order.id));
  skip(3_600_000);
  await createRemoveExpiredRequests({ store, contents, logger })();
  expect(await store.countOpen()).toBe(0);
  expect(await redis.hlen(redisKeys.backgroundCounts)).toBe(0);
  expect(await store.findExpired()).toEqual([]);
  await expect(contents.readBody(order)).rejects.toThrow();
});

test("all that has expired goes in one round, whatever cannot be read", async () => {
  for (let at = 0; at < 120; at += 1) {
    await store.create(await newOrder(), "gateway", unbounded);
  }
  const bad = await newOrder();
  await store.create(bad, "gateway", unbounded);
  await redis.hset(redisKeys.background(bad.id), "order", "{}");
  skip(3_600_000);
  await createRemoveExpiredRequests({ store, contents, logger })();
  expect(await store.findExpired()).toEqual([bad.id]);
});

test("the end of a response whose gateway was killed is told by another one, once", async () => {
  const told: string[] = [];
  const ends = createTellEnds({
    store,
    contents,
    publish: async (type, about) => void told.push(`${type} ${about}`),
    logger,
  });
  const [answered, cancelled, said] = [
    await newOrder(),
    await newOrder(),
    await newOrder(),
  ];
  for (const order of [answered, cancelled, said]) {
    await store.create(order, "gateway", unbounded);
  }
  const answer = await contents.keepAnswer(answered, {
    status: 200,
    headers: {},
    body: Buffer.from('{"status":"incomplete"}'),
  });
  await store.end(answered, { status: "answered", answer }, "gateway");
  await store.end(cancelled, { status: "cancelled" });
  await store.end(said, { status: "cancelled" });
  await ends.tell(said, "cancelled");
  await ends.tellLeft();
  expect(told).toEqual([`response.cancelled ${said.id}`]);
  skip(31_000);
  await ends.tellLeft();
  await ends.tellLeft();
  expect(told.slice(1).sort()).toEqual(
    [
      `response.cancelled ${cancelled.id}`,
      `response.incomplete ${answered.id}`,
    ].sort(),
  );
});
