import type { BatchResult } from "../measure/measure-batch.ts";
import { type CpuTimes, sumOfCpu } from "../measure/measure-cpu.ts";
import type { DrainResult } from "../measure/measure-drain.ts";
import type { MemoryResult } from "../measure/measure-memory.ts";
import type { StreamsResult } from "../measure/measure-streams.ts";
import { kib, micros, ms, seconds } from "./print-figures.ts";
import { printTable } from "./print-table.ts";

const cpuHead = (cpu: CpuTimes) => [
  ...Object.keys(cpu).map((name) => `CPU of ${name}`),
  "together",
];

/** A batch with limits out of the way. */
export function printBatch({ lines, perSecond, cpuMicros }: BatchResult): void {
  printTable(`Batch: ${lines} lines, limits out of the way`, [
    ["lines a second", ...cpuHead(cpuMicros)],
    [
      `${Math.round(perSecond)}/s`,
      ...Object.values(cpuMicros).map(micros),
      `${micros(sumOfCpu(cpuMicros))} a line`,
    ],
  ]);
}

/** Many streams at once. */
export function printStreams(result: StreamsResult): void {
  const { streams, events, paceMs, direct, stack, cpuMicros } = result;
  printTable(
    `Streams: ${streams} at once, ${events} events each, one every ${paceMs} ms; how much later than that they arrive`,
    [
      ["direct p50", "p99", "stack p50", "p99", ...cpuHead(cpuMicros)],
      [
        ms(direct.p50Ms),
        ms(direct.p99Ms),
        ms(stack.p50Ms),
        ms(stack.p99Ms),
        ...Object.values(cpuMicros).map((each) => ms(each / 1_000)),
        `${ms(sumOfCpu(cpuMicros) / 1_000)} a stream`,
      ],
    ],
  );
}

/** What a client costs that waits. */
export function printMemory(memory: MemoryResult): void {
  printTable(`Memory of a waiting client: ${memory.clients}, bodies of 1 KiB`, [
    ["gateway", "of that in the heap", "Redis"],
    [kib(memory.gatewayKiB), kib(memory.heapKiB), kib(memory.redisKiB)],
  ]);
}

/** The demo's burst. */
export function printDrain(drain: DrainResult): void {
  printTable(
    "Burst: the one of the demo, its model having been called before",
    [
      [
        "answered",
        "upstream 429s",
        "drained in",
        "by the optimum",
        "by that with margins",
        "a call took its slot for",
        "added p50",
        "p99",
      ],
      [
        `${drain.answered} of ${drain.requests}`,
        String(drain.upstream429s),
        seconds(drain.drainMs),
        `${drain.drainRatio.toFixed(3)} ×`,
        `${drain.boundRatio.toFixed(3)} ×`,
        seconds(drain.slotMs),
        ms(drain.addedP50Ms),
        ms(drain.addedP99Ms),
      ],
    ],
  );
  console.log(
    `  Margins: in every window the limiter keeps its guard clear, and the time for which a grant may be used\n  (docs/decisions/0002-limiter.md): ${seconds(drain.boundMs)} in all. That time is twice Redis's slowest round trip, or more.`,
  );
}
