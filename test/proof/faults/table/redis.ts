import { readdirSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import type { PrivateRedis } from "../../../support/redis/redis.ts";
import type { Fault } from "../fault.ts";

const fullMs = 8_000;
const cutEveryMs = 200;
const cutsLastMs = 20_000;
const restMs = 2_000;

function stopFor(seconds: number): Fault {
  return {
    name: `redis-stopped-${seconds}s`,
    how: `\`SIGSTOP\` of Redis for ${seconds} s`,
    lastsMs: seconds * 1_000,
    async strike({ redis }) {
      redis.pause();
      await sleep(seconds * 1_000);
      redis.resume();
    },
  };
}

/** Cuts the end off the file that Redis appends its commands to. */
function truncateFile({ dataDir }: PrivateRedis, bytes: number): void {
  const folder = join(dataDir, "appendonlydir");
  const name = readdirSync(folder).find((each) => each.endsWith(".incr.aof"));
  if (!name) throw new Error(`No append-only file in ${folder}`);
  const file = join(folder, name);
  truncateSync(file, Math.max(0, statSync(file).size - bytes));
}

async function askOperator(
  { url }: PrivateRedis,
  task: (redis: Redis) => Promise<unknown>,
): Promise<void> {
  const operator = new Redis(url, { maxRetriesPerRequest: null });
  operator.on("error", () => undefined);
  try {
    await task(operator);
  } finally {
    operator.disconnect();
  }
}

/** What happens to Redis itself. */
export const redisFaults: readonly Fault[] = [
  {
    name: "redis-killed",
    how: "`kill -9` of Redis, back after 2 s",
    lastsMs: restMs,
    async strike({ redis }) {
      await redis.kill();
      await sleep(restMs);
      await redis.restart();
    },
  },
  stopFor(5),
  stopFor(20),
  {
    name: "redis-truncated-aof",
    how: "`kill -9` of Redis, and the last 300 bytes of its append-only file are gone",
    calledAgain: {
      most: 20,
      because: "the ends of jobs are gone with the end of the file",
    },
    async strike({ redis }) {
      await redis.kill();
      truncateFile(redis, 300);
      await redis.restart();
    },
  },
  {
    name: "redis-full",
    how: `Redis is out of memory for ${fullMs / 1_000} s`,
    lastsMs: fullMs,
    strike: ({ redis }) =>
      askOperator(redis, async (operator) => {
        await operator.config("SET", "maxmemory", "1mb");
        await sleep(fullMs);
        await operator.config("SET", "maxmemory", "0");
      }),
  },
  {
    name: "redis-connections-cut",
    how: "all connections to Redis are cut every 200 ms for 20 s",
    lastsMs: cutsLastMs,
    strike: ({ redis }) =>
      askOperator(redis, async (operator) => {
        const endAt = performance.now() + cutsLastMs;
        while (performance.now() < endAt) {
          for (const type of ["normal", "pubsub"]) {
            await operator.call(
              "CLIENT",
              "KILL",
              "TYPE",
              type,
              "SKIPME",
              "yes",
            );
          }
          await sleep(cutEveryMs);
        }
      }),
  },
  {
    name: "redis-slow-and-unsteady",
    how: "100 ms to Redis and back, and every hundredth packet breaks its connection",
    lines: ["redis"],
    async strike({ line, stack }) {
      const toRedis = line("redis");
      let packets = 0;
      toRedis.delayBy(50);
      toRedis.follow(() => {
        packets += 1;
        return packets % 100 === 0 ? "break" : "pass";
      });
      // For the rest of the load, and then no more: the processes stop in order.
      while ((await stack.simulator.summary()).total < 150) await sleep(500);
      toRedis.delayBy(0);
      toRedis.follow();
    },
  },
];
