import { expect, test } from "vitest";
import { burst, countStatuses } from "../../support/clients/chat.ts";
import { startStack } from "../../support/processes/stack.ts";
import { privateRedisAvailable } from "../../support/redis/redis.ts";
import {
  type RunningGroup,
  startSentinelGroup,
} from "../../support/redis/sentinel-group.ts";
import { until } from "../../support/until.ts";

const count = 600;
const accounts = 6;
const windowMs = 3_000;

type Fault = {
  title: string;
  strike(group: RunningGroup): Promise<void>;
};

const replaced = (group: RunningGroup) =>
  until(
    "the Sentinels name the replica",
    async () => (await group.primaryPort()) === group.replica.port,
    120_000,
  );

const faults: Fault[] = [
  {
    title: "the primary is killed, comes back as a replica and is ordered back",
    async strike(group) {
      await group.primary.kill();
      await replaced(group);
      await group.primary.restart();
      await group.replicaFollows();
      // As replace-primary.sh does it.
      await group.pauseWrites();
      await group.orderFailover();
      await until(
        "the first primary is the primary again",
        async () => (await group.primaryPort()) === group.primary.port,
        30_000,
      );
    },
  },
  {
    title: "the primary hangs, is replaced and comes round",
    async strike(group) {
      group.primary.pause();
      await replaced(group);
      group.primary.resume();
    },
  },
  {
    title: "a Sentinel is killed, and then the primary",
    async strike(group) {
      await group.killSentinel(0);
      await group.primary.kill();
      await replaced(group);
    },
  },
];

test.for(faults)(
  "600 requests while $title",
  { timeout: 400_000 },
  async ({ strike }, { annotate, onTestFinished, skip }) => {
    if (!privateRedisAvailable()) skip("needs redis-server on the PATH");
    // A machine that is busy for a second must not pass for a primary that is down.
    const group = await startSentinelGroup({ downAfterMs: 3_000 });
    onTestFinished(() => group.stop());
    const stack = await startStack({
      redisUrl: group.primary.url,
      accounts,
      windowMs,
      guardMs: 800,
      perDay: 10_000,
      gateways: 2,
      workers: 2,
      simulator: { latencyMs: 200, jitterMs: 100 },
      env: { REDIS_URL: "", REDIS_SENTINELS: group.sentinels },
    });
    onTestFinished(() => stack.stop());
    const { gateways, simulator } = stack;

    const halves = gateways.map(({ url }, half) =>
      burst(url, count / 2, (i) => ({ marker: `job-${half}-${i}` })),
    );
    await until("the second window has begun", async () => {
      return ((await simulator.summary()).byStatus[200] ?? 0) > accounts * 22;
    });
    expect(await group.primaryPort()).toBe(group.primary.port);
    await group.replicaCatchesUp();
    await strike(group);

    const answers = (await Promise.all(halves)).flat();
    const calls = await simulator.calls();
    const { quotaViolations } = await simulator.summary();
    await annotate(
      `${count} requests, ${calls.length} calls, ${quotaViolations} over a limit`,
    );
    expect(countStatuses(answers)).toEqual({ 200: count });
    expect(new Set(calls.map(({ marker }) => marker)).size).toBe(count);
    expect(calls.length).toBeLessThanOrEqual(count * 1.17);
    expect(quotaViolations).toBe(0);
  },
);
