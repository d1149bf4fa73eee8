import type { Machine } from "../results/describe-machine.ts";
import { micros, ms, times } from "../results/print-figures.ts";
import { printMarkdown } from "../results/print-markdown.ts";
import { printTable } from "../results/print-table.ts";
import { portkeyVersion } from "./install-portkey.ts";
import type { PeerFigures, PeersResults } from "./measure-peers.ts";
import type { PeersOptions } from "./read-options.ts";

/** Prints what was measured, as a terminal or a page shows it. */
export function printPeers(
  { results, others }: PeersResults,
  machine: Machine,
  { starts, rounds, seconds, redisOnPort, markdown }: PeersOptions,
): void {
  const print = markdown ? printMarkdown : printTable;
  const how = `${starts} starts of both, medians of ${starts * rounds} rounds of ${seconds} s in turns, Redis on a ${redisOnPort ? "port" : "socket"}, ${machine.cpus} cores (${machine.model ?? "unknown"}), Node ${process.version}`;
  print(`Ours and Portkey ${portkeyVersion}: ${how}`, [
    [
      "connections",
      "ours",
      "Portkey",
      "ratio",
      ...["ours p50", "Portkey p50", "ratio", "ours p99", "Portkey p99"],
      "ratio",
    ],
    ...results.map(({ connections, ours, portkey }) => [
      String(connections),
      `${Math.round(ours.perSecond)}/s`,
      `${Math.round(portkey.perSecond)}/s`,
      times(ours.perSecond / portkey.perSecond),
      ms(ours.p50Ms),
      ms(portkey.p50Ms),
      times(ours.p50Ms / portkey.p50Ms),
      ms(ours.p99Ms),
      ms(portkey.p99Ms),
      times(ours.p99Ms / portkey.p99Ms),
    ]),
  ]);
  print("CPU time of one request", [
    [
      "connections",
      ...["gateway", "worker", "Redis", "ours together", "Portkey", "ratio"],
      "nginx behind ours",
      "behind Portkey",
    ],
    ...results.map(({ connections, ours, portkey }) => {
      const [all, other] = [together(ours), together(portkey)];
      return [
        String(connections),
        micros(ours.cpuMicros.gateway),
        micros(ours.cpuMicros.worker),
        micros(ours.cpuMicros.redis),
        micros(all),
        micros(other),
        times(all / other),
        micros(ours.cpuMicros.upstream),
        micros(portkey.cpuMicros.upstream),
      ];
    }),
  ]);
  console.log(
    `\nMeanwhile, other processes of this machine used ${Math.round(100 * others)} % of a core.`,
  );
}

function together({ cpuMicros }: PeerFigures): number {
  return Object.entries(cpuMicros)
    .filter(([name]) => name !== "upstream")
    .reduce((sum, [, each]) => sum + each, 0);
}
