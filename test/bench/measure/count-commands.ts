import type { Redis } from "ioredis";
import type { Stack } from "../../support/processes/stack.ts";
import { watchCommands } from "../../support/redis/watch-commands.ts";
import { runClosedLoop } from "../load/closed-loop.ts";
import { readCommandStats } from "./command-stats.ts";

/** Redis commands of one request. */
export type CommandCount = {
  readonly connections: number;
  readonly requests: number;
  /** Sent by the gateway and the workers, a script being one command: counted exactly, by MONITOR. */
  readonly sent: number;
  /** The same by name. */
  readonly sentByName: Readonly<Record<string, number>>;
  /** Executed by Redis, from INFO commandstats: those that scripts make count, too. */
  readonly executed: number;
};

const durationMs = 2_000;
/** What happens less often than once in so many requests is not worth a name. */
const leastShare = 0.005;

/** Counts what a request costs Redis, nothing being limited. */
export async function countCommands(
  redisUrl: string,
  redis: Redis,
  { stack, connections }: { stack: Stack; connections: number },
): Promise<CommandCount> {
  const target = { url: `${stack.url}/v1`, connections };
  const before = await countExecuted(redis);
  const watch = await watchCommands(redisUrl);
  const { tookMs } = await runClosedLoop(target, durationMs);
  await watch.stop();
  const after = await countExecuted(redis);

  const requests = tookMs.length;
  const shares = [...watch.counts]
    .filter(([name]) => !ours.has(name))
    .map(([name, count]) => [name, count / requests] as const);
  return {
    connections,
    requests,
    sent: shares.reduce((sum, [, share]) => sum + share, 0),
    sentByName: Object.fromEntries(
      shares
        .filter(([, share]) => share >= leastShare)
        .sort(([, a], [, b]) => b - a),
    ),
    executed: (after - before) / requests,
  };
}

/** Commands of the measurement itself. */
const ours = new Set(["info", "monitor", "echo"]);

async function countExecuted(redis: Redis): Promise<number> {
  const stats = await readCommandStats(redis);
  return [...stats]
    .filter(([name]) => !ours.has(name))
    .reduce((sum, [, { calls }]) => sum + calls, 0);
}
