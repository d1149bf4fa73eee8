import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../scripts/project-root.ts";
import { NoRedisError } from "../../scripts/redis/no-redis-error.ts";
import { startPrivateRedis } from "../../scripts/redis/private-redis.ts";
import { startStack } from "../support/stack.ts";
import { type CommandCount, countCommands } from "./count-commands.ts";
import { type AcquireResult, measureAcquire } from "./measure-acquire.ts";
import { type DrainResult, measureDrain } from "./measure-drain.ts";
import { type LatencyResult, measureLatency } from "./measure-latency.ts";
import { printResults } from "./print-results.ts";

/** Everything that one run found out. Compare ratios, not times, between machines. */
export type BenchResults = {
  readonly at: string;
  readonly node: string;
  readonly latencies: readonly LatencyResult[];
  readonly commands: readonly CommandCount[];
  readonly drain: DrainResult;
  readonly acquire: AcquireResult;
};

/** Limits that are out of the way, spread over accounts as in a real pool. */
const unlimited = { accounts: 50, perMinute: 1_000_000, perDay: 9_000_000 };

async function runBench(redisUrl: string): Promise<BenchResults> {
  const stack = await startStack({
    redisUrl,
    ...unlimited,
    workers: 1,
    env: { WORKER_CONCURRENCY: "256" },
  });
  const latencies: LatencyResult[] = [];
  const commands: CommandCount[] = [];
  try {
    for (const connections of [1, 10, 100]) {
      latencies.push(await measureLatency(stack, connections));
    }
    for (const connections of [1, 100]) {
      commands.push(await countCommands(redisUrl, stack, connections));
    }
  } finally {
    await stack.stop();
  }
  return {
    at: new Date().toISOString(),
    node: process.version,
    latencies,
    commands,
    drain: await measureDrain(redisUrl),
    acquire: await measureAcquire(redisUrl),
  };
}

function save(results: BenchResults): string {
  const folder = join(projectRoot, "bench-results");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${results.at.replaceAll(":", "-")}.json`);
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  return file;
}

try {
  // A Redis of its own: commands are counted, and nobody else's are to be among them.
  const redis = await startPrivateRedis();
  try {
    const results = await runBench(redis.url);
    printResults(results);
    console.log(`\nSaved to ${save(results)}`);
  } finally {
    await redis.stop();
  }
} catch (error) {
  if (!(error instanceof NoRedisError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
