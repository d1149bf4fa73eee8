import { Redis } from "ioredis";
import type { Stack } from "../support/stack.ts";
import { watchCommands } from "../support/watch-commands.ts";
import { runClosedLoop } from "./closed-loop.ts";

/** Redis commands that our processes sent for one request. */
export type CommandCount = {
  readonly connections: number;
  readonly requests: number;
  /** Commands sent by the gateway and the workers; what scripts do inside is not counted. */
  readonly perRequest: number;
  /** The same by name. */
  readonly byName: Readonly<Record<string, number>>;
  /** From INFO commandstats: what Redis executed, commands inside of scripts included. */
  readonly executedPerRequest: number;
};

const durationMs = 2_000;

/** Counts with MONITOR, which tells a client's commands from those that scripts make. */
export async function countCommands(
  redisUrl: string,
  stack: Stack,
  connections: number,
): Promise<CommandCount> {
  const redis = new Redis(redisUrl);
  const watch = await watchCommands(redisUrl);
  const before = await readExecuted(redis);
  const { requests } = await runClosedLoop({
    url: `${stack.url}/v1`,
    connections,
    durationMs,
  });
  const after = await readExecuted(redis);
  watch.stop();
  redis.disconnect();
  const counts = [...watch.counts].filter(([name]) => !ignored.has(name));
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  return {
    connections,
    requests,
    perRequest: total / requests,
    byName: Object.fromEntries(
      counts
        .map(([name, count]) => [name, count / requests] as const)
        .filter(([, share]) => share >= 0.005)
        .sort(([, a], [, b]) => b - a),
    ),
    executedPerRequest: (after - before) / requests,
  };
}

/** The measurement's own. */
const ignored = new Set(["info", "monitor"]);

async function readExecuted(redis: Redis): Promise<number> {
  const stats = await redis.info("commandstats");
  return [...stats.matchAll(/calls=(\d+)/g)].reduce(
    (sum, [, calls]) => sum + Number(calls),
    0,
  );
}
