import { setTimeout as sleep } from "node:timers/promises";
import { test } from "vitest";
import { burst, chat, countStatuses } from "../../support/clients/chat.ts";
import { startStack } from "../../support/processes/stack.ts";
import {
  type PrivateRedis,
  type PrivateRedisOptions,
  privateRedisAvailable,
  startPrivateRedis,
} from "../../support/redis/redis.ts";
import { until } from "../../support/until.ts";

const windowMs = 2_000;
/** Wide enough for a machine on which calls are late by half a second at times. */
const guardMs = 800;
const count = 200;
/** 200 requests over 3 accounts × 20 a window. */
const optimumMs = 3 * (windowMs + guardMs);

type Outage = {
  title: string;
  redis: PrivateRedisOptions;
  strike(redis: PrivateRedis): Promise<void>;
  /** How long Redis is away, in ms. */
  lastsMs: number;
};

const outages: Outage[] = [
  {
    title: "Redis is restarted",
    redis: { appendonly: true },
    strike: (redis) => redis.restart(),
    lastsMs: 0,
  },
  {
    title: "Redis is killed and comes back after 2 s",
    redis: { appendonly: true },
    async strike(redis) {
      await redis.kill();
      await sleep(2_000);
      await redis.restart();
    },
    lastsMs: 2_000,
  },
  {
    title: "Redis hangs for 4 s",
    redis: { appendonly: true },
    async strike(redis) {
      redis.pause();
      await sleep(4_000);
      redis.resume();
    },
    lastsMs: 4_000,
  },
  {
    title: "Redis comes back without its data",
    redis: { appendonly: false },
    async strike(redis) {
      await redis.kill();
      await redis.restart();
    },
    lastsMs: 0,
  },
];

// Each has a Redis and a stack of its own, and mostly waits.
test.concurrent.for(outages)(
  "$title in mid-burst: every waiting client gets its answer",
  async ({ redis: options, strike, lastsMs }, {
    annotate,
    skip,
    expect,
    onTestFinished,
  }) => {
    if (!privateRedisAvailable()) skip("needs redis-server on the PATH");
    const redis = await startPrivateRedis(options);
    onTestFinished(() => redis.stop());
    const stack = await startStack({
      redisUrl: redis.url,
      windowMs,
      perDay: 10_000,
      workers: 2,
      guardMs,
      simulator: { latencyMs: 200, jitterMs: 100 },
    });
    onTestFinished(() => stack.stop());
    const { url, simulator } = stack;
    const startedAt = performance.now();
    const asked = burst(url, count, (i) => ({ marker: `job-${i}` }));
    await until("the second window has begun", async () => {
      const { byStatus } = await simulator.summary();
      return (byStatus[200] ?? 0) > 70;
    });

    await strike(redis);
    const answers = await asked;
    const drainMs = performance.now() - startedAt;
    const calls = await simulator.calls();
    const { quotaViolations } = await simulator.summary();
    await annotate(
      `${count} requests drained in ${Math.round(drainMs)} ms (optimum ${optimumMs} ms and the outage of ${lastsMs} ms); ${calls.length} upstream calls, ${quotaViolations} of them refused by a quota`,
    );

    expect(countStatuses(answers)).toEqual({ 200: count });
    expect(new Set(calls.map(({ marker }) => marker)).size).toBe(count);
    // What has been counted stays counted, except by a Redis that keeps nothing.
    if (options.appendonly) expect(quotaViolations).toBe(0);
    expect((await chat(url)).status).toBe(200);
  },
);
