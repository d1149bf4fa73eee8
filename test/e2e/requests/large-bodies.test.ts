import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { chat } from "../../support/clients/chat.ts";
import { largeBody, postChat } from "../../support/clients/large-body.ts";
import { readPoolStatus } from "../../support/clients/pool-status.ts";
import { scrape } from "../../support/metrics.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const megabyte = 1_000_000;

let redis: Redis;
let stack: Stack;
beforeAll(async () => {
  redis = new Redis(inject("redisUrl"));
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 1,
    // Of several slots that were taken together two come back together, and nobody would wait for the second.
    perMinute: 1,
    perDay: 1_000,
    // Long enough for a busy machine to see what waits.
    windowMs: 4_000,
    env: { BODY_BYTES_IN_FLIGHT: "8mb" },
  });
});
afterAll(async () => {
  await stack?.stop();
  redis.disconnect();
});

const storedBodies = () => redis.keys(createRedisKeys(stack.prefix).body("*"));

/** Sends a large request that has to wait, because a small one before it has taken the slot. */
async function whileOneWaits(
  act: () => Promise<void>,
  request: RequestInit = {},
) {
  expect((await chat(stack.url)).status).toBe(200);
  const answer = postChat(
    stack.url,
    largeBody(megabyte, "waits", "日"),
    request,
  );
  const outcome = answer.catch(() => undefined);
  await until("the large one waits", async () => {
    const { queue } = await readPoolStatus(stack.url);
    return queue.waiting === 1 && (await storedBodies()).length === 1;
  });
  await act();
  return outcome;
}

test("a large body waits in Redis beside its job, arrives, and leaves nothing behind", async () => {
  const answer = await whileOneWaits(async () => {
    const [key = ""] = await storedBodies();
    expect(await redis.pttl(key)).toBeGreaterThan(600_000);
    expect(await redis.getBuffer(key)).toEqual(
      largeBody(megabyte, "waits", "日"),
    );
  });
  expect(answer?.status).toBe(200);
  const calls = await stack.simulator.calls();
  expect(calls.at(-1)).toMatchObject({ marker: "waits", kind: "ok" });
  expect(await storedBodies()).toEqual([]);
});

test("a client that hangs up takes its body with it", async () => {
  const hangUp = new AbortController();
  await whileOneWaits(
    async () => {
      hangUp.abort();
    },
    { signal: hangUp.signal },
  );
  await until("it is gone", async () => (await storedBodies()).length === 0);
});

test("a waiting request whose body was lost is answered with 503 and not sent", async () => {
  const calls = (await stack.simulator.calls()).length;
  const answer = await whileOneWaits(async () => {
    await redis.del(await storedBodies());
  });
  expect(answer?.status).toBe(503);
  expect(answer?.headers.get("retry-after")).toBe("1");
  expect(answer?.body).toMatchObject({
    error: { metadata: { reason: "body-lost" } },
  });
  // The small one before it.
  expect((await stack.simulator.calls()).length).toBe(calls + 1);
});

test("more bytes at a time than the gateway may hold are refused with 503; small requests are not", async () => {
  const tooMany = await postChat(stack.url, largeBody(9 * megabyte, "many"));
  expect(tooMany.status).toBe(503);
  expect(tooMany.headers.get("retry-after")).toBe("2");
  expect(tooMany.body).toMatchObject({
    error: {
      type: "service_unavailable",
      metadata: { reason: "gateway-busy" },
    },
  });

  const chunked = await fetch(`${stack.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: new Blob([new Uint8Array(largeBody(9 * megabyte, "many"))]).stream(),
    duplex: "half",
  } as RequestInit);
  expect(chunked.status).toBe(503);

  const hangUp = new AbortController();
  const stalled = fetch(`${stack.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: stalledUpload(7 * megabyte),
    duplex: "half",
    signal: hangUp.signal,
  } as RequestInit).catch(() => undefined);
  await until("the stalled upload is there", async () => {
    const { value } = await scrape(stack.url);
    return Number(value("orpool_body_bytes_in_flight")) > 7 * megabyte;
  });
  const more = await postChat(stack.url, largeBody(megabyte, "more"));
  expect(more.status).toBe(503);
  expect((await chat(stack.url)).status).toBe(200);
  hangUp.abort();
  await stalled;
  await until("its bytes count no more", async () => {
    const { value } = await scrape(stack.url);
    return value("orpool_body_bytes_in_flight") === 0;
  });
  const { status } = await postChat(stack.url, largeBody(6 * megabyte, "now"));
  expect(status).toBe(200);
});

/** Sends so many bytes, and then nothing. */
function stalledUpload(bytes: number): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) =>
      controller.enqueue(new Uint8Array(largeBody(bytes, "stalls"))),
  });
}
