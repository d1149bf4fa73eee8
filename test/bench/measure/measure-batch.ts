import type { Redis } from "ioredis";
import { batchClient } from "../../support/clients/batch-client.ts";
import { batchInput } from "../../support/clients/batch-input.ts";
import type { Stack } from "../../support/processes/stack.ts";
import { type CpuTimes, measureCpu, microsOfOne } from "./measure-cpu.ts";

const lines = 4_000;
const warmUpLines = 200;
const timeoutMs = 60_000;

/** How fast a batch goes when nothing is limited. */
export type BatchResult = {
  readonly lines: number;
  /** From the batch's creation until it is completed, its validation and its files included. */
  readonly perSecond: number;
  /** CPU time that a line costs each process, in µs. */
  readonly cpuMicros: CpuTimes;
};

/** Has a stack execute a batch. */
export async function measureBatch(
  redis: Redis,
  stack: Stack,
): Promise<BatchResult> {
  const { start, untilStatus } = batchClient(stack.url);
  async function run(count: number): Promise<void> {
    const id = await start(batchInput(count));
    const { request_counts } = await untilStatus(id, "completed", timeoutMs);
    const completed = request_counts?.completed ?? 0;
    if (completed !== count) throw new Error(`Only ${completed} of ${count}`);
  }
  await run(warmUpLines);
  const startedAt = performance.now();
  const { cpuMs } = await measureCpu(redis, stack, () => run(lines));
  const seconds = (performance.now() - startedAt) / 1_000;
  return {
    lines,
    perSecond: lines / seconds,
    cpuMicros: microsOfOne(cpuMs, lines),
  };
}
