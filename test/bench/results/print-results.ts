import type { BenchResults } from "../main.ts";
import type { CommandCount } from "../measure/count-commands.ts";
import type { AcquireResult } from "../measure/measure-acquire.ts";
import type { LatencyResult } from "../measure/measure-latency.ts";
import type { ThroughputResult } from "../measure/measure-throughput.ts";
import { micros, ms, times } from "./print-figures.ts";
import {
  printBatch,
  printDrain,
  printMemory,
  printStreams,
} from "./print-loads.ts";
import { printTable } from "./print-table.ts";

/** The results as people read them. */
export function printResults(results: BenchResults): void {
  printLatencies(results.latencies);
  printThroughput(results.throughput);
  printCommands(results.commands);
  printBatch(results.batch);
  printStreams(results.streams);
  printMemory(results.memory);
  printDrain(results.drain);
  printAcquire(results.acquire);
}

function printLatencies(latencies: readonly LatencyResult[]): void {
  printTable(
    "Latency: through gateway and worker, and straight to the simulator",
    [
      [
        "connections",
        "direct p50",
        "p99",
        "stack p50",
        "p99",
        "added p50",
        "p99",
        "ratio p50",
      ],
      ...latencies.map(({ connections, direct, stack, ...added }) => [
        String(connections),
        ms(direct.p50Ms),
        ms(direct.p99Ms),
        ms(stack.p50Ms),
        ms(stack.p99Ms),
        ms(added.addedP50Ms),
        ms(added.addedP99Ms),
        times(added.ratioP50),
      ]),
    ],
  );
}

function printThroughput(throughput: ThroughputResult): void {
  const cpu = Object.entries(throughput.cpuMicros);
  printTable(
    `Throughput: ${throughput.connections} connections, one gateway, one worker, limits out of the way`,
    [
      ["direct", "stack", "ratio", ...cpu.map(([name]) => `CPU of ${name}`)],
      [
        `${Math.round(throughput.directPerSecond)}/s`,
        `${Math.round(throughput.stackPerSecond)}/s`,
        times(throughput.ratio),
        ...cpu.map(([, each]) => `${micros(each)} a request`),
      ],
    ],
  );
}

function printCommands(commands: readonly CommandCount[]): void {
  printTable("Redis commands of one request", [
    ["connections", "sent", "executed", "sent by name"],
    ...commands.map(({ connections, sent, executed, sentByName }) => [
      String(connections),
      sent.toFixed(2),
      executed.toFixed(1),
      Object.entries(sentByName)
        .map(([name, share]) => `${name} ${share.toFixed(2)}`)
        .join(", "),
    ]),
  ]);
  console.log(
    "  Sent: by gateway and worker, counted with MONITOR; a script is one command. Executed: from INFO\n  commandstats, where each command that a script makes inside Redis counts as well.",
  );
}

function printAcquire({ few, many, chain, ...ratios }: AcquireResult): void {
  const { ratio, chainRatio } = ratios;
  const title = `Limiter: taking one slot; ${times(ratio)} with the larger pool, ${times(chainRatio)} for a chain`;
  const rows = [
    { models: "1", ...few },
    { models: "1", ...many },
    { models: "8, of which 7 cool down", ...chain },
  ];
  printTable(title, [
    ["accounts", "models", "inside Redis", "round trip p50"],
    ...rows.map(({ accounts, models, inRedisMicros, roundTripMs }) => [
      String(accounts),
      models,
      `${inRedisMicros.toFixed(1)} µs`,
      ms(roundTripMs),
    ]),
  ]);
}
