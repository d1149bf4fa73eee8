import { Redis } from "ioredis";
import { findOwnRedis } from "../../scripts/redis/find-redis.ts";
import { NoRedisError } from "../../scripts/redis/no-redis-error.ts";
import type { Stack } from "../support/processes/stack.ts";
import { runClosedLoop } from "./load/closed-loop.ts";
import { startUnlimitedStack } from "./load/start-unlimited-stack.ts";
import { type CommandCount, countCommands } from "./measure/count-commands.ts";
import {
  type AcquireResult,
  measureAcquire,
} from "./measure/measure-acquire.ts";
import { type BatchResult, measureBatch } from "./measure/measure-batch.ts";
import { type DrainResult, measureDrain } from "./measure/measure-drain.ts";
import {
  type LatencyResult,
  measureLatency,
} from "./measure/measure-latency.ts";
import { type MemoryResult, measureMemory } from "./measure/measure-memory.ts";
import {
  measureStreams,
  type StreamsResult,
} from "./measure/measure-streams.ts";
import {
  measureThroughput,
  type ThroughputResult,
} from "./measure/measure-throughput.ts";
import { describeMachine, type Machine } from "./results/describe-machine.ts";
import { printResults } from "./results/print-results.ts";
import { saveResults } from "./results/save-results.ts";

const warmUpMs = 5_000;

/** Everything that one run found out. Between machines only ratios compare, not times. */
export type BenchResults = {
  readonly at: string;
  readonly node: string;
  readonly machine: Machine;
  readonly latencies: readonly LatencyResult[];
  readonly throughput: ThroughputResult;
  readonly commands: readonly CommandCount[];
  readonly batch: BatchResult;
  readonly streams: StreamsResult;
  readonly memory: MemoryResult;
  readonly drain: DrainResult;
  readonly acquire: AcquireResult;
};

/** A lone connection alone would be measured on code that is not compiled yet. */
async function warmUp(stack: Stack): Promise<void> {
  await runClosedLoop({ url: `${stack.url}/v1`, connections: 100 }, warmUpMs);
}

async function runBench(url: string, redis: Redis): Promise<BenchResults> {
  const about = {
    at: new Date().toISOString(),
    node: process.version,
    machine: describeMachine(),
  };
  const stack = await startUnlimitedStack(url);
  const latencies: LatencyResult[] = [];
  const commands: CommandCount[] = [];
  let throughput: ThroughputResult;
  let batch: BatchResult;
  try {
    await warmUp(stack);
    for (const connections of [1, 10, 100]) {
      announce(`latency over ${connections} connections`);
      latencies.push(await measureLatency(stack, connections));
    }
    announce("throughput");
    throughput = await measureThroughput(redis, stack);
    announce("Redis commands");
    for (const connections of [1, 100]) {
      const load = { stack, connections };
      commands.push(await countCommands(url, redis, load));
    }
    announce("a batch");
    batch = await measureBatch(redis, stack);
  } finally {
    await stack.stop();
  }
  announce("streams");
  const streams = await measureStreams(url, redis);
  announce("clients that wait");
  const memory = await measureMemory(url, redis);
  announce("the limiter");
  const acquire = await measureAcquire(redis);
  announce("the demo's burst");
  const drain = await measureDrain(url);
  const load = { latencies, throughput, commands, batch, streams, memory };
  return { ...about, ...load, drain, acquire };
}

function announce(what: string): void {
  console.error(`Measuring ${what} …`);
}

try {
  // Never the one at REDIS_URL: commands are counted, and nobody else's are to be among them.
  const { url, stop } = await findOwnRedis({ purpose: "bench" });
  const redis = new Redis(url);
  try {
    const results = await runBench(url, redis);
    printResults(results);
    console.log(`\nSaved to ${saveResults(results)}`);
  } finally {
    redis.disconnect();
    await stop();
  }
} catch (error) {
  if (!(error instanceof NoRedisError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
