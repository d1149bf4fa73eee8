import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, expect, test } from "vitest";
import {
  sha256,
  streamChat,
  withoutQueueComments,
} from "../../support/clients/stream-chat.ts";
import { watchMemory } from "../../support/processes/memory.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import {
  type PrivateRedis,
  startPrivateRedis,
} from "../../support/redis/redis.ts";
import { until } from "../../support/until.ts";

const mebibyte = 1024 * 1024;
let redis: PrivateRedis;
let stack: Stack | undefined;
beforeAll(async () => {
  redis = await startPrivateRedis();
  return () => redis.stop();
});
afterEach(() => stack?.stop());

type Options = {
  workers: number;
  simulator?: object;
  env?: Record<string, string>;
};

/** To be stopped by the test. */
function startOwn(options: Options): Promise<Stack> {
  return startStack({
    redisUrl: redis.url,
    accounts: 2,
    perMinute: 1_000,
    perDay: 100_000,
    ...options,
  });
}

async function start(options: Options): Promise<Stack> {
  stack = await startOwn(options);
  return stack;
}

/** Pids of everything that could grow. */
function pidsOf({ gateways, workers }: Stack): Record<string, number> {
  return {
    gateway: gateways[0]?.pid ?? 0,
    worker: workers[0]?.pid ?? 0,
    redis: redis.pid() ?? 0,
  };
}

test("a reader that stops for a while in a stream of 50 MB takes little memory, and gets everything", async ({
  annotate,
}) => {
  const { simulator, url, ...rest } = await start({ workers: 1 });
  const marker = "slow-reader";
  await simulator.script([
    {
      match: { marker },
      times: 1,
      fault: { kind: "large-body", bytes: 50 * mebibyte },
    },
  ]);
  const memory = watchMemory(pidsOf({ simulator, url, ...rest }));
  let readBytes = 0;
  const result = await streamChat(`${url}/v1`, {
    marker,
    async onChunk(chunk) {
      const before = readBytes;
      readBytes += chunk.length;
      const middle = 25 * mebibyte;
      if (before < middle && readBytes >= middle) await sleep(10_000);
    },
  });
  const figures = memory.stop();
  await annotate(`memory in MiB: ${JSON.stringify(figures)}`);
  const [call] = await simulator.calls({ marker });
  expect(result.isWhole).toBe(true);
  expect(result.bytes.length).toBeGreaterThanOrEqual(50 * mebibyte);
  expect(sha256(withoutQueueComments(result.bytes))).toBe(call?.responseSha256);
  // Node's own heap grows by this much with any load; without a bound it would be 25 MB for the stall alone, in Redis.
  const { redis: ofRedis } = figures;
  expect((ofRedis?.highest ?? 0) - (ofRedis?.first ?? 0)).toBeLessThan(20);
});

test("a reader that stops for good is cut off", async () => {
  const { simulator, url } = await start({
    workers: 1,
    env: { STREAM_STALL_MS: "2000" },
  });
  const marker = "stalled-reader";
  await simulator.script([
    {
      match: { marker },
      times: 1,
      fault: { kind: "large-body", bytes: 50 * mebibyte },
    },
  ]);
  let hasStopped = false;
  const result = await streamChat(`${url}/v1`, {
    marker,
    async onChunk() {
      if (hasStopped) return;
      hasStopped = true;
      await until("the call is aborted", async () =>
        (await simulator.calls({ marker })).some((call) => call.abortedAt),
      );
    },
  });
  const lastEvent = result.bytes.toString().trim().split("\n\n").at(-1);
  expect(lastEvent).toContain("The client stopped reading the stream");
});

// What is killed is missed only after a while: these wait side by side.
test.concurrent.for([1, 2])(
  "kill -9 of a worker in mid-stream, %i running: the client gets the error event, nothing is called again",
  async (workers, { annotate, expect, onTestFinished }) => {
    const running = await startOwn({
      workers,
      simulator: { chunks: 10_000, interChunkMs: 20 },
      env: { LOG_LEVEL: "debug" },
    });
    onTestFinished(() => running.stop());
    const marker = "lost-worker";
    let killedAt = 0;
    const result = await streamChat(`${running.url}/v1`, {
      marker,
      async onChunk(chunk) {
        if (killedAt > 0 || !chunk.includes("data:")) return;
        const busy = running.workers.find(
          (worker) => worker.logged("Asked for a slot").length > 0,
        );
        killedAt = performance.now();
        await busy?.kill();
      },
    });
    const tookMs = performance.now() - killedAt;
    await annotate(`the error event came after ${Math.round(tookMs)} ms`);
    const lastEvent = result.bytes.toString().trim().split("\n\n").at(-1);
    expect(JSON.parse(lastEvent?.replace("data: ", "") ?? "").error.code).toBe(
      502,
    );
    expect(result.isWhole).toBe(true);
    await sleep(1_000);
    expect(await running.simulator.calls({ marker })).toHaveLength(1);
  },
);

test.concurrent("kill -9 of the gateway: its calls are aborted", async ({
  annotate,
  expect,
  onTestFinished,
}) => {
  const running = await startOwn({
    workers: 2,
    simulator: { chunks: 10_000, interChunkMs: 20 },
  });
  onTestFinished(() => running.stop());
  const gateway = running.gateways[0];
  const results = Promise.allSettled(
    Array.from({ length: 10 }, () => streamChat(`${running.url}/v1`)),
  );
  await until(
    "all streams are under way",
    async () => (await running.simulator.summary()).inFlight === 10,
  );
  const killedAt = Date.now();
  await gateway?.kill();
  await results;
  const calls = await until(
    "all calls are aborted",
    async () => {
      const all = await running.simulator.calls({ path: "/chat/completions" });
      return all.length > 0 && all.every((call) => call.abortedAt) && all;
    },
    40_000,
  );
  const last = Math.max(...calls.map((call) => call.abortedAt ?? 0));
  await annotate(
    `the last call was aborted ${last - killedAt} ms after the kill`,
  );
  expect(calls).toHaveLength(10);
}, 60_000);
