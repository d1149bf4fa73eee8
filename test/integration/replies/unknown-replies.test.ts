import { randomUUID } from "node:crypto";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import {
  connectRedis,
  disconnectRedis,
} from "@openrouter-free-pool/shared/redis/connect";
import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Reply } from "@openrouter-free-pool/shared/replies/reply";
import { ReplyReader } from "@openrouter-free-pool/shared/replies/reply-reader";
import { sendReply } from "@openrouter-free-pool/shared/replies/send-reply";
import { pino } from "pino";
import { expect, inject, onTestFinished, test } from "vitest";
import { until } from "../../support/until.ts";

const gatewayId = "gateway";
const figures = { queueMs: 1, upstreamMs: 2, calls: 3 };
const answer = {
  kind: "answer",
  status: 200,
  headers: {},
  body: Buffer.from("{}"),
  ...figures,
} as const satisfies Reply;

/** As a newer worker may send them. */
const fromTheFuture = [
  { kind: "stream-paused", forMs: 100 },
  { kind: "stream-paused", forMs: 200 },
  { kind: "answer", status: "good" },
  { ...answer, mood: "sunny" },
  { ...answer, tokens: { prompt: null, completion: 1 } },
  { kind: "failure", code: "made-up", ...figures },
] as unknown as Reply[];

test("unknown kinds and fields of replies are ignored, with one log line a kind; a last reply that cannot be read is a failure", async () => {
  const redisKeys = createRedisKeys(`test-${randomUUID()}`);
  const log = new PassThrough();
  const logger = pino(log);
  const connect = (name: string) =>
    connectRedis(
      { url: inject("redisUrl") },
      { role: "durable", name, logger },
    );
  const redis = connect("test-reader");
  const received: Reply[] = [];
  const reader = new ReplyReader({
    subscriber: connect("test-listener"),
    redis,
    streamKey: redisKeys.gatewayReplies(gatewayId),
    listener: (_jobId, reply) => received.push(reply),
    logger,
  });
  onTestFinished(async () => {
    await redis.del(redisKeys.gatewayReplies(gatewayId));
    await disconnectRedis(redis);
  });
  const send = (reply: Reply) =>
    sendReply(redis, redisKeys, { gatewayId, jobId: "job" }, reply);

  // From the stream first, then pushed.
  for (const reply of fromTheFuture) await send(reply);
  reader.start();
  await until("the first are read", () => received.length === 4);
  for (const reply of fromTheFuture) await send(reply);
  await until("all are read", () => received.length === 8);
  await reader.stop();
  log.end();

  const failure = { kind: "failure", code: "worker-crashed", ...figures };
  const unreadable = { ...failure, queueMs: 0, upstreamMs: 0, calls: 1 };
  const oddTokens = { ...answer, tokens: undefined };
  const each = [unreadable, answer, oddTokens, failure];
  expect(received).toEqual([...each, ...each]);
  const lines = (await text(log)).split("\n");
  const warnings = lines.filter((line) => line.includes("unknown kind"));
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('"reply":"stream-paused"');
});
