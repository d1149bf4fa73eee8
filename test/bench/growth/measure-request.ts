import type { Redis } from "ioredis";
import type { Stack } from "../../support/processes/stack.ts";
import { type LoopFigures, runClosedLoop, sumUp } from "../load/closed-loop.ts";
import {
  type CpuTimes,
  measureCpu,
  microsOfOne,
} from "../measure/measure-cpu.ts";

const warmUpMs = 8_000;
const durationMs = 4_000;

/** What one request costs under some circumstance. */
export type RequestCost = LoopFigures & { readonly cpuMicros: CpuTimes };

/** Loads a stack and sums up what a request costs it. */
export async function measureRequest(
  redis: Redis,
  stack: Stack,
  load: { readonly connections: number; readonly body?: string },
): Promise<RequestCost> {
  const target = { url: `${stack.url}/v1`, ...load };
  const { result, cpuMs } = await measureCpu(redis, stack, () =>
    runClosedLoop(target, durationMs),
  );
  const cpuMicros = microsOfOne(cpuMs, result.tookMs.length);
  return { ...sumUp([result]), cpuMicros };
}

/** Has the code compiled before anything is measured. */
export async function warmUp(stack: Stack): Promise<void> {
  const target = { url: `${stack.url}/v1`, connections: 32 };
  await runClosedLoop(target, warmUpMs);
}
