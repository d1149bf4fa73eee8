import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, inject, test } from "vitest";
import { burst, countStatuses } from "../../support/clients/chat.ts";
import { readPoolStatus } from "../../support/clients/pool-status.ts";
import {
  startTcpRelay,
  type TcpRelay,
} from "../../support/network/tcp-relay.ts";
import {
  type Stack,
  type StackOptions,
  startStack,
} from "../../support/processes/stack.ts";

let stack: Stack | undefined;
let relay: TcpRelay | undefined;
afterEach(async () => {
  relay?.delayBy(0);
  await stack?.stop();
  await relay?.stop();
});

/** Starts a stack whose workers reach Redis over a line that can be slow. */
async function start(
  workers: number,
  options: Omit<StackOptions, "redisUrl">,
): Promise<{ stack: Stack; relay: TcpRelay }> {
  const redisUrl = inject("redisUrl");
  const line = await startTcpRelay(Number(new URL(redisUrl).port || 6379));
  relay = line;
  const running = await startStack({ ...options, redisUrl, workers: 0 });
  stack = running;
  const slow = new URL(redisUrl);
  slow.host = `127.0.0.1:${line.port}`;
  const env = { REDIS_URL: slow.href };
  await Promise.all(
    Array.from({ length: workers }, () => running.startWorker(env)),
  );
  return { stack: running, relay: line };
}

test("Redis that is far away now and then lets no window hold more calls than the limit", async () => {
  const { stack, relay } = await start(3, {
    accounts: 2,
    perMinute: 20,
    windowMs: 6_000,
  });
  // Slow from the first grant on, which nobody can know.
  relay.delayBy(1_200);
  const answers = burst(stack.url, 60);
  let isOver = false;
  const pulses = (async () => {
    while (!isOver) {
      await sleep(6_000);
      relay.delayBy(0);
      await sleep(1_500);
      if (!isOver) relay.delayBy(1_200);
    }
  })();
  expect(countStatuses(await answers)).toEqual({ 200: 60 });
  isOver = true;
  await pulses;
  const summary = await stack.simulator.summary();
  expect(summary.quotaViolations).toBe(0);
  for (const calls of Object.values(summary.worstWindow)) {
    expect(calls).toBeLessThanOrEqual(20);
  }
  const late = stack.workers.flatMap((worker) =>
    worker.logged(
      "Redis is slow: a slot was heard of too late to be used, and is given back",
    ),
  );
  expect(late.length).toBeGreaterThan(0);
  expect(late.length).toBeLessThanOrEqual(stack.workers.length);
}, 180_000);

test("a line to Redis of 700 ms costs nobody an answer, and the day no call", async () => {
  const { stack, relay } = await start(4, {
    accounts: 1,
    perMinute: 200,
    perDay: 60,
  });
  relay.delayBy(350);
  const answers = await burst(stack.url, 55);
  relay.delayBy(0);
  expect(countStatuses(answers)).toEqual({ 200: 55 });
  const { total } = await stack.simulator.summary();
  const { keys } = await readPoolStatus(stack.url);
  expect({ total, used: keys[0]?.day.used }).toEqual({ total: 55, used: 55 });
}, 180_000);
