import type { Redis } from "ioredis";
import { cpuTimeMs } from "../../support/processes/cpu-time.ts";
import type { Stack } from "../../support/processes/stack.ts";

/** CPU time by process, in ms: gateway, worker, redis; without those that cannot be read. */
export type CpuTimes = Readonly<Record<string, number>>;

/** Measures what an action costs the gateways, the workers and Redis. */
export async function measureCpu<Result>(
  redis: Redis,
  stack: Stack,
  action: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly cpuMs: CpuTimes }> {
  const before = await readCpuTimes(redis, stack);
  const result = await action();
  const after = await readCpuTimes(redis, stack);
  const cpuMs = Object.entries(after).map(
    ([name, ms]) => [name, ms - (before[name] ?? 0)] as const,
  );
  return { result, cpuMs: Object.fromEntries(cpuMs) };
}

/** CPU time of one of so many, in µs. */
export function microsOfOne(cpuMs: CpuTimes, count: number): CpuTimes {
  return Object.fromEntries(
    Object.entries(cpuMs).map(([name, ms]) => [name, (ms * 1_000) / count]),
  );
}

/** Of all processes together. */
export function sumOfCpu(times: CpuTimes): number {
  return Object.values(times).reduce((sum, each) => sum + each, 0);
}

async function readCpuTimes(
  redis: Redis,
  { gateways, workers }: Stack,
): Promise<CpuTimes> {
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
