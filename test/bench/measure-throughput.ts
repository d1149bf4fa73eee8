import type { Redis } from "ioredis";
import { cpuTimeMs } from "../support/cpu-time.ts";
import type { Stack } from "../support/stack.ts";
import { compareWithDirect } from "./compare-with-direct.ts";

const connections = 100;

/** How many requests go through one gateway and one worker, nothing being limited. */
export type ThroughputResult = {
  readonly connections: number;
  readonly directPerSecond: number;
  readonly stackPerSecond: number;
  readonly ratio: number;
  /**
   * CPU time that a request costs each process, in µs: on a machine that does
   * other things too it says more than requests per second. Only on Linux.
   */
  readonly cpuMicros: Readonly<Record<string, number>>;
};

/** Measures throughput and what it costs. */
export async function measureThroughput(
  redis: Redis,
  stack: Stack,
): Promise<ThroughputResult> {
  const spentMs: Record<string, number> = {};
  const { direct, stack: through } = await compareWithDirect(
    stack,
    connections,
    async (round) => {
      const before = await readCpuTimes(redis, stack);
      const result = await round();
      const after = await readCpuTimes(redis, stack);
      for (const [name, ms] of Object.entries(after)) {
        spentMs[name] = (spentMs[name] ?? 0) + ms - (before[name] ?? 0);
      }
      return result;
    },
  );
  return {
    connections,
    directPerSecond: direct.perSecond,
    stackPerSecond: through.perSecond,
    ratio: through.perSecond / direct.perSecond,
    cpuMicros: Object.fromEntries(
      Object.entries(spentMs).map(([name, ms]) => [
        name,
        (ms * 1_000) / through.requests,
      ]),
    ),
  };
}

async function readCpuTimes(
  redis: Redis,
  { gateways, workers }: Stack,
): Promise<Record<string, number>> {
  const sum = (processes: readonly { pid: number }[]) =>
    processes.reduce((ms, { pid }) => ms + (cpuTimeMs(pid) ?? Number.NaN), 0);
  const times = {
    gateway: sum(gateways),
    worker: sum(workers),
    redis: await readRedisCpuTime(redis),
  };
  return Object.fromEntries(
    Object.entries(times).filter(([, ms]) => !Number.isNaN(ms)),
  );
}

async function readRedisCpuTime(redis: Redis): Promise<number> {
  const info = await redis.info("cpu");
  const seconds = info.matchAll(/^used_cpu_(?:sys|user):([\d.]+)/gm);
  return [...seconds].reduce((ms, [, text]) => ms + Number(text) * 1_000, 0);
}
