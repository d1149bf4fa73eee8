import { randomUUID } from "node:crypto";
import {
  connectRedis,
  disconnectRedis,
} from "@openrouter-free-pool/shared/redis/connect";
import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Reply } from "@openrouter-free-pool/shared/replies/reply";
import { ReplyReader } from "@openrouter-free-pool/shared/replies/reply-reader";
import { sendReply } from "@openrouter-free-pool/shared/replies/send-reply";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { afterEach, beforeEach, expect, inject, test, vi } from "vitest";
import { until } from "../../support/until.ts";

const logger = pino({ level: "silent" });
const gatewayId = "gateway";
let redisKeys: ReturnType<typeof createRedisKeys>;
let redis: Redis;
let subscriber: Redis;
let reader: ReplyReader;
let received: { jobId: string; reply: Reply }[];

const connect = (name: string) =>
  connectRedis({ url: inject("redisUrl") }, { role: "durable", name, logger });

beforeEach(() => {
  redisKeys = createRedisKeys(`test-${randomUUID()}`);
  redis = connect("test-reader");
  subscriber = connect("test-listener");
  received = [];
  reader = new ReplyReader({
    subscriber,
    redis,
    streamKey: redisKeys.gatewayReplies(gatewayId),
    listener: (jobId, reply) => received.push({ jobId, reply }),
    logger,
  });
});

afterEach(async () => {
  await reader.stop();
  await redis.del(redisKeys.gatewayReplies(gatewayId));
  await disconnectRedis(redis);
});

const figures = { queueMs: 1, upstreamMs: 2, calls: 3 };

function answer(body: Buffer): Reply {
  const headers = { "content-type": "application/json" };
  return { kind: "answer", status: 200, headers, body, ...figures };
}

async function send(from: number, to: number, bodyBytes = 200) {
  const sent: Promise<void>[] = [];
  for (let n = from; n < to; n += 1) {
    const reply = answer(Buffer.alloc(bodyBytes, n % 251));
    const address = { gatewayId, jobId: String(n) };
    sent.push(sendReply(redis, redisKeys, address, reply));
  }
  await Promise.all(sent);
}

const inOrder = (count: number) =>
  Array.from({ length: count }, (_, n) => String(n));

test("replies arrive byte for byte, whether they are pushed or read", async () => {
  await send(0, 50);
  reader.start();
  await until("the first ones are read", () => received.length === 50);
  await send(50, 100);
  await send(100, 103, 100_000);
  await send(103, 200);
  await until("all have come", () => received.length >= 200);

  expect(received.map(({ jobId }) => jobId)).toEqual(inOrder(200));
  for (const [n, { reply }] of received.entries()) {
    const bytes = n >= 100 && n < 103 ? 100_000 : 200;
    expect(reply).toEqual(answer(Buffer.alloc(bytes, n % 251)));
  }
});

test("no reply is lost, doubled or swapped while the connection breaks again and again", async () => {
  reader.start();
  const rounds = 10;
  const perRound = 2_000;
  for (let round = 0; round < rounds; round += 1) {
    const id = await until("it listens", findListener);
    const from = round * perRound;
    const sending = send(from, from + perRound, round % 2 ? 200 : 500);
    expect(await redis.client("KILL", "ID", id)).toBe(1);
    await sending;
  }
  const count = rounds * perRound;
  await until("all have come", () => received.length >= count);
  expect(received.map(({ jobId }) => jobId)).toEqual(inOrder(count));
});

/** The id of the reader's connection, when it is subscribed. */
async function findListener(): Promise<string | undefined> {
  const list = String(await redis.call("CLIENT", "LIST", "TYPE", "pubsub"));
  const line = list.split("\n").find((it) => it.includes("name=test-listener"));
  return /\bid=(\d+)/.exec(line ?? "")?.[1];
}

test("a server that took over, and whose clock is behind, has its replies read", async () => {
  reader.start();
  const streamKey = redisKeys.gatewayReplies(gatewayId);
  await send(0, 1);
  await until("the first one has come", () => received.length === 1);
  // A reply of the former server, which the next one has not got.
  const [[, fields] = ["", []]] = await redis.xrange(streamKey, "-", "+");
  await redis.xadd(streamKey, `${Date.now() + 3_600_000}-0`, ...fields);
  await reader.catchUp();
  expect(received).toHaveLength(2);
  await redis.del(streamKey);
  await send(1, 3);
  redis.disconnect(true);
  await until("all have come", () => received.length >= 4);
  expect(received.slice(2).map(({ jobId }) => jobId)).toEqual(["1", "2"]);
  await send(3, 4);
  await until("the next one has come", () => received.length >= 5);
});

test("what was handed over is cut off the stream", async () => {
  reader.start();
  await send(0, 1_000);
  await until("all have come", () => received.length === 1_000);
  await until("few are left", async () => {
    const left = await redis.xlen(redisKeys.gatewayReplies(gatewayId));
    return left < 100;
  });
});

test.each([0, 1, 2, 3, 4, 5, 6, 8, 10])(
  "who asks for all replies while a reading ends is not told of that reading (%i steps after its last answer)",
  async (steps) => {
    const readRange = redis.xrangeBuffer.bind(redis);
    const begun = vi.spyOn(redis, "xrangeBuffer");
    const asked = new Promise<number>((resolve, reject) => {
      begun.mockImplementationOnce(async (...range) => {
        const found = await readRange(...range);
        void (async () => {
          for (let step = 0; step < steps; step += 1) await undefined;
          const before = begun.mock.calls.length;
          await reader.catchUp();
          return begun.mock.calls.length - before;
        })().then(resolve, reject);
        return found;
      });
    });
    await reader.catchUp();
    expect(await asked).toBe(1);
  },
);
