import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type StreamResult,
  sha256,
  streamChat,
  withoutQueueComments,
} from "../../support/clients/stream-chat.ts";
import { percentile } from "../../support/percentile.ts";
import { watchMemory } from "../../support/processes/memory.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import {
  type PrivateRedis,
  startPrivateRedis,
} from "../../support/redis/redis.ts";
import { until } from "../../support/until.ts";

const streams = 300;
const events = 200;
const interChunkMs = 50;

let redis: PrivateRedis;
let stack: Stack;
beforeAll(async () => {
  redis = await startPrivateRedis();
  stack = await startStack({
    redisUrl: redis.url,
    accounts: 4,
    perMinute: 1_000,
    perDay: 100_000,
    workers: 2,
    simulator: { chunks: events - 3, interChunkMs, firstTokenMs: 100 },
    env: { WORKER_CONCURRENCY: "256" },
  });
});
afterAll(async () => {
  await stack?.stop();
  await redis?.stop();
});

function open(url: string): Promise<StreamResult[]> {
  return Promise.all(
    Array.from({ length: streams }, (_, i) =>
      streamChat(url, { marker: `stream-${i}`, content: `${i}` }),
    ),
  );
}

test(`${streams} streams of ${events} events at once arrive byte for byte`, async ({
  annotate,
}) => {
  const direct = await measureDirect();
  await stack.simulator.reset();
  const memory = watchMemory({
    gateway: stack.gateways[0]?.pid ?? 0,
    "worker 1": stack.workers[0]?.pid ?? 0,
    "worker 2": stack.workers[1]?.pid ?? 0,
    redis: redis.pid() ?? 0,
  });
  const startedAt = performance.now();
  const results = await open(`${stack.url}/v1`);
  const tookMs = performance.now() - startedAt;
  const figures = memory.stop();

  const calls = await until("all calls are recorded", async () => {
    const found = await stack.simulator.calls({ path: "/chat/completions" });
    return found.every((call) => call.responseSha256) && found;
  });
  expect(calls).toHaveLength(streams);
  const sent = new Map(calls.map((c) => [c.marker, c.responseSha256]));
  for (const [i, { bytes, isWhole }] of results.entries()) {
    expect(isWhole).toBe(true);
    expect(sha256(withoutQueueComments(bytes))).toBe(sent.get(`stream-${i}`));
    // One more for [DONE].
    expect(bytes.toString().match(/^data: /gm)).toHaveLength(events + 1);
  }
  await annotate(
    `${streams} × ${events} events in ${Math.round(tookMs)} ms through the stack, ${Math.round(direct.tookMs)} ms direct`,
  );
  await annotate(describeDelays("through the stack", results, startedAt));
  await annotate(direct.delays);
  await annotate(`memory in MiB: ${JSON.stringify(figures)}`);
});

async function measureDirect() {
  const keys = (stack.env.OPENROUTER_API_KEYS ?? "").split(",");
  const startedAt = performance.now();
  const results = await Promise.all(
    Array.from({ length: streams }, (_, i) =>
      streamChat(stack.simulator.url, {
        content: `${i}`,
        headers: { authorization: `Bearer ${keys[i % keys.length]}` },
      }),
    ),
  );
  const tookMs = performance.now() - startedAt;
  await stack.simulator.resetQuotas();
  return { tookMs, delays: describeDelays("direct", results, startedAt) };
}

/** Time to the first chunk, and how much later than its pace each next chunk came. */
function describeDelays(
  name: string,
  results: readonly StreamResult[],
  startedAt: number,
): string {
  const first = results.map(({ arrivedAt }) => (arrivedAt[0] ?? 0) - startedAt);
  const late = results.flatMap(({ arrivedAt }) =>
    arrivedAt
      .slice(3)
      .map((at, i) => at - (arrivedAt[i + 2] ?? at) - interChunkMs),
  );
  const show = (values: number[]) =>
    `p50 ${percentile(values, 50).toFixed(1)} ms, p99 ${percentile(values, 99).toFixed(1)} ms`;
  return `${name}: first byte ${show(first)}; each event later than its pace by ${show(late)}`;
}
