import { Redis } from "ioredis";
import { test } from "vitest";
import { burst, chat, countStatuses } from "../../support/clients/chat.ts";
import { startTcpRelay } from "../../support/network/tcp-relay.ts";
import { startStack } from "../../support/processes/stack.ts";
import {
  type PrivateRedis,
  privateRedisAvailable,
  startPrivateRedis,
} from "../../support/redis/redis.ts";
import { until } from "../../support/until.ts";

const windowMs = 2_000;
const guardMs = 800;
const count = 150;

async function tell(redis: PrivateRedis, ...command: string[]): Promise<void> {
  const connection = new Redis(redis.url);
  const [name = "", ...args] = command;
  await connection.call(name, ...args);
  connection.disconnect();
}

type Failover = {
  title: string;
  /** What happens to the server that was the primary, besides that the replica is one now. */
  strike(primary: PrivateRedis, replica: PrivateRedis): Promise<void>;
};

const failovers: Failover[] = [
  {
    title: "The primary is killed",
    strike: (primary) => primary.kill(),
  },
  {
    title: "The primary goes on as a replica, which refuses to write",
    strike: (primary, replica) =>
      tell(primary, "REPLICAOF", "127.0.0.1", String(replica.port)),
  },
];

// Each has two servers and a stack of its own, and mostly waits.
test.concurrent.for(failovers)(
  "$title in mid-burst and its replica takes over: every waiting client gets its answer",
  { timeout: 90_000 },
  async ({ strike }, { annotate, expect, onTestFinished, skip }) => {
    if (!privateRedisAvailable()) skip("needs redis-server on the PATH");
    const primary = await startPrivateRedis();
    onTestFinished(() => primary.stop());
    const replica = await startPrivateRedis();
    onTestFinished(() => replica.stop());
    await tell(replica, "REPLICAOF", "127.0.0.1", String(primary.port));
    const address = await startTcpRelay(primary.port);
    onTestFinished(() => address.stop());
    const stack = await startStack({
      redisUrl: `redis://127.0.0.1:${address.port}`,
      windowMs,
      guardMs,
      perDay: 10_000,
      workers: 2,
      simulator: { latencyMs: 200, jitterMs: 100 },
    });
    onTestFinished(() => stack.stop());
    const { url, simulator } = stack;

    const asked = burst(url, count, (i) => ({ marker: `job-${i}` }));
    await until("the second window has begun", async () => {
      return ((await simulator.summary()).byStatus[200] ?? 0) > 70;
    });
    await tell(replica, "REPLICAOF", "NO", "ONE");
    address.pointAt(replica.port);
    await strike(primary, replica);

    const answers = await asked;
    const calls = await simulator.calls();
    const { quotaViolations } = await simulator.summary();
    await annotate(
      `${calls.length} calls for ${count} requests, ${quotaViolations} of them refused by a quota`,
    );
    expect(countStatuses(answers)).toEqual({ 200: count });
    expect(new Set(calls.map(({ marker }) => marker)).size).toBe(count);
    expect((await chat(url)).status).toBe(200);
  },
);
