import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { Agent } from "undici";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import {
  type Delivery,
  newDelivery,
} from "../../../../apps/gateway/src/webhooks/deliveries/delivery.ts";
import {
  createDeliveryStore,
  type DeliveryStore,
} from "../../../../apps/gateway/src/webhooks/deliveries/delivery-store.ts";
import { newEvent } from "../../../../apps/gateway/src/webhooks/events/event.ts";
import { EventSender } from "../../../../apps/gateway/src/webhooks/sending/event-sender.ts";
import { openRedis } from "../../../support/redis/open-redis.ts";
import { until } from "../../../support/until.ts";

const secret = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
const inVain = {
  attempts: 1,
  failures: 1,
  receiver: "example.com",
  error: "503",
} as const;

let redis: Redis;
let redisKeys: RedisKeys;
let clock: RedisClock;
let store: DeliveryStore;

beforeEach(() => {
  ({ redis, redisKeys } = openRedis());
  clock = new RedisClock();
  store = createDeliveryStore({ redis, redisKeys, clock });
});

/** Lets so much time pass. */
function skip(ms: number): void {
  const sentAt = performance.now();
  clock.add({ sentAt, roundTripMs: 0, redisTime: clock.now() + ms });
}

async function publish(about: string, owner = "client_a"): Promise<Delivery> {
  const event = newEvent("response.completed", about, clock.now());
  const delivery = newDelivery(event, owner);
  expect(await store.publish(delivery)).toBe("published");
  return delivery;
}

const page = { limit: 10, after: undefined, order: "desc" } as const;

test("an event is recorded once, taken by one gateway, and another's when that is gone", async () => {
  const delivery = await publish("resp_1");
  expect(await store.publish(delivery)).toBe("known");
  expect(await store.takeDue(10)).toEqual([delivery]);
  expect(await store.takeDue(10)).toEqual([]);
  skip(61_000);
  expect(await store.takeDue(10)).toHaveLength(1);
});

test("one that is over stays over, whatever a gateway says that was taken for dead", async () => {
  const delivery = await publish("resp_1");
  await store.takeDue(1);
  const delivered = { ...inVain, status: "delivered", error: "" } as const;
  await store.settle(delivery, delivered, undefined);
  await store.settle(delivery, { ...inVain, status: "waiting" }, 0);
  expect(await store.takeDue(1)).toEqual([]);
  const found = await store.find(delivery.id);
  expect(found).toMatchObject({ status: "delivered", attempts: 1, error: "" });
  expect(found?.nextTryAt).toBeUndefined();
  expect(await redis.hlen(redisKeys.deliveryCounts)).toBe(0);
});

test("one is sent again when it waits or is over, but not while it is sent", async () => {
  const delivery = await publish("resp_1");
  const { id } = delivery;
  await store.takeDue(1);
  expect(await store.sendAgain(id)).toBe("under-way");
  await store.settle(delivery, { ...inVain, status: "waiting" }, 3_600_000);
  expect(await store.takeDue(1)).toEqual([]);
  expect(await store.sendAgain(id)).toBe("due");
  expect(await store.takeDue(1)).toMatchObject([{ id, failures: 0 }]);
  await store.settle(delivery, { ...inVain, status: "failed" }, undefined);
  expect(await store.sendAgain(id)).toBe("due");
  expect(await store.takeDue(1)).toMatchObject([{ id, status: "waiting" }]);
  expect(await store.sendAgain("evt_none")).toBe("missing");
});

test("a client whose receiver is down does not take the place of others", async () => {
  await redis.hset(redisKeys.deliveryCounts, "client_a", 10_000);
  const event = newEvent("response.completed", "resp_1", clock.now());
  expect(await store.publish(newDelivery(event, "client_a"))).toBe("full");
  expect(await store.publish(newDelivery(event, "client_b"))).toBe("published");
});

test("what is over is remembered within bounds of number and time", async () => {
  const first = await publish("resp_1");
  await store.takeDue(1);
  const delivered = { ...inVain, status: "delivered", error: "" } as const;
  await store.settle(first, delivered, undefined);
  const others = Array.from({ length: 10_000 }, (_, at) => [
    clock.now() + at,
    `evt_${at}`,
  ]).flat();
  await redis.zadd(redisKeys.deliveriesOver, ...others);
  skip(20_000);
  const last = await publish("resp_2");
  await store.takeDue(1);
  await store.settle(last, delivered, undefined);
  expect(await redis.zcard(redisKeys.deliveriesOver)).toBe(10_000);
  expect(await store.find(first.id)).toBeUndefined();
  expect(await redis.pttl(redisKeys.deliveryPrefix + last.id)).toBeGreaterThan(
    6 * 86_400_000,
  );
});

test("lists are filtered and paged, and one bad record hides no other", async () => {
  for (const at of [1, 2, 3]) {
    await publish(`resp_${at}`);
    skip(5);
  }
  const other = await publish("resp_4", "client_b");
  await redis.zadd(redisKeys.deliveries, clock.now(), "evt_bad");
  await redis.hset(`${redisKeys.deliveryPrefix}evt_bad`, "id", "evt_bad");
  const first = await store.list({ ...page, limit: 2 }, {});
  expect(first.items.map(({ about }) => about)).toEqual(["resp_4", "resp_3"]);
  expect(first.hasMore).toBe(true);
  const after = first.items[1]?.id;
  const second = await store.list({ ...page, after }, { client: "client_a" });
  expect(second.items.map(({ about }) => about)).toEqual(["resp_2", "resp_1"]);
  expect(second.hasMore).toBe(false);
  const ofB = await store.list(page, { client: "client_b", status: "waiting" });
  expect(ofB.items).toMatchObject([{ id: other.id }]);
  expect((await store.list(page, { status: "failed" })).items).toEqual([]);
});

/** A receiver that answers with this status, or that never does. */
async function receive(
  answer: number | undefined,
): Promise<{ url: string; seen: string[]; close: () => void }> {
  const seen: string[] = [];
  const server: Server = createServer((request, response) => {
    seen.push(String(request.headers["webhook-id"]));
    if (answer) response.writeHead(answer).end();
  });
  await new Promise<void>((resolve) => server.listen(0, () => resolve()));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    seen,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

test("a receiver that hangs holds up nobody else's events", async () => {
  const [hanging, well] = [await receive(undefined), await receive(200)];
  for (let at = 0; at < 60; at += 1) await publish(`resp_${at}`);
  const [wanted, unwanted] = [
    await publish("resp_b", "client_b"),
    await publish("resp_c", "client_c"),
  ];
  const results: string[] = [];
  const sender = new EventSender({
    store,
    isReady: () => true,
    findReceiver(owner) {
      if (owner === "client_c") return undefined;
      const { url } = owner === "client_b" ? well : hanging;
      return { url, secret };
    },
    dispatcher: new Agent(),
    clock,
    retryMs: 1_000,
    onTried: (result) => results.push(result),
    logger: pino({ level: "silent" }),
  });
  sender.start();
  onTestFinished(async () => {
    for (const each of [hanging, well]) each.close();
    await sender.stop();
  });
  await until("the other one has its event", () => well.seen.length > 0);
  expect(well.seen).toEqual([wanted.id]);
  await until("nobody wants the last one", () => results.includes("unwanted"));
  expect(await store.find(unwanted.id)).toMatchObject({ status: "unwanted" });
  expect(hanging.seen.length).toBeLessThanOrEqual(25);
});

test("an event is tried for three days in growing pauses, and then has failed", async () => {
  const down = await receive(503);
  const delivery = await publish("resp_1");
  const sender = new EventSender({
    store,
    isReady: () => true,
    findReceiver: () => ({ url: down.url, secret }),
    dispatcher: new Agent(),
    clock,
    retryMs: 3_600_000,
    onTried: () => undefined,
    logger: pino({ level: "silent" }),
  });
  sender.start();
  onTestFinished(async () => {
    down.close();
    await sender.stop();
  });
  const untilTried = (attempts: number) =>
    until(`it was tried ${attempts} times`, async () => {
      const found = await store.find(delivery.id);
      return found?.attempts === attempts && found;
    });
  const hours: number[] = [];
  for (const attempts of [1, 2, 3, 4]) {
    const { nextTryAt = 0 } = await untilTried(attempts);
    const pauseMs = nextTryAt - clock.now();
    hours.push(Math.round(pauseMs / 3_600_000));
    skip(attempts < 4 ? pauseMs : 3 * 86_400_000);
  }
  expect(hours).toEqual([1, 2, 4, 6]);
  expect(await untilTried(5)).toMatchObject({ status: "failed" });
  expect(new Set(down.seen)).toEqual(new Set([delivery.id]));
});
