import type { Redis } from "ioredis";
import {
  type StreamResult,
  streamChat,
} from "../../support/clients/stream-chat.ts";
import { percentile } from "../../support/percentile.ts";
import { type Stack, testKey } from "../../support/processes/stack.ts";
import { startUnlimitedStack } from "../load/start-unlimited-stack.ts";
import { type CpuTimes, measureCpu, microsOfOne } from "./measure-cpu.ts";

const streams = 300;
const events = 200;
/** How many events of a stream are not content: role, end, usage. */
const framing = 3;
const paceMs = 50;
const firstTokenMs = 100;

/** How much later than the simulator's own pace the events of streams arrive, in ms. */
export type Lateness = { readonly p50Ms: number; readonly p99Ms: number };

/** Many streams at once, through the stack and straight from the simulator. */
export type StreamsResult = {
  readonly streams: number;
  readonly events: number;
  readonly paceMs: number;
  readonly direct: Lateness;
  readonly stack: Lateness;
  /** CPU time that one whole stream costs each process, in µs. */
  readonly cpuMicros: CpuTimes;
};

/** Measures streams on a stack of their own. */
export async function measureStreams(
  redisUrl: string,
  redis: Redis,
): Promise<StreamsResult> {
  const stack = await startUnlimitedStack(redisUrl, {
    simulator: { chunks: events - framing, interChunkMs: paceMs, firstTokenMs },
    env: { WORKER_CONCURRENCY: String(streams) },
  });
  try {
    const direct = await openDirect(stack);
    const through = await measureCpu(redis, stack, () =>
      openAll(() => streamChat(`${stack.url}/v1`)),
    );
    return {
      streams,
      events,
      paceMs,
      direct: measureLateness(direct),
      stack: measureLateness(through.result),
      cpuMicros: microsOfOne(through.cpuMs, streams),
    };
  } finally {
    await stack.stop();
  }
}

function openDirect({ simulator }: Stack): Promise<StreamResult[]> {
  const headers = { authorization: `Bearer ${testKey(0)}` };
  return openAll(() => streamChat(simulator.url, { headers }));
}

async function openAll(
  open: () => Promise<StreamResult>,
): Promise<StreamResult[]> {
  const results = await Promise.all(Array.from({ length: streams }, open));
  const broken = results.find((each) => each.status !== 200 || !each.isWhole);
  if (broken) throw new Error(`A stream ended early, ${broken.status}`);
  return results;
}

function measureLateness(results: readonly StreamResult[]): Lateness {
  // The first chunks are comments and the role, which have no pace.
  const lateMs = results.flatMap(({ arrivedAt }) =>
    arrivedAt
      .slice(framing)
      .map((at, i) => at - (arrivedAt[i + framing - 1] ?? at) - paceMs),
  );
  return { p50Ms: percentile(lateMs, 50), p99Ms: percentile(lateMs, 99) };
}
