import type { Redis } from "ioredis";
import type { Stack } from "../../support/processes/stack.ts";
import { compareWithDirect } from "./compare-with-direct.ts";
import { type CpuTimes, measureCpu, microsOfOne } from "./measure-cpu.ts";

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
  readonly cpuMicros: CpuTimes;
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
      const { result, cpuMs } = await measureCpu(redis, stack, round);
      for (const [name, ms] of Object.entries(cpuMs)) {
        spentMs[name] = (spentMs[name] ?? 0) + ms;
      }
      return result;
    },
  );
  return {
    connections,
    directPerSecond: direct.perSecond,
    stackPerSecond: through.perSecond,
    ratio: through.perSecond / direct.perSecond,
    cpuMicros: microsOfOne(spentMs, through.requests),
  };
}
