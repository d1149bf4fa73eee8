import {
  isErrorLine,
  type LogLine,
} from "../../support/processes/app-process.ts";
import type { Stack } from "../../support/processes/stack.ts";
import type { FaultRecord } from "./faults/run-faults.ts";
import { type RunTotals, sumOf } from "./report/summary.ts";
import type { RunRecord } from "./report/write-report.ts";
import { isInspectorLine } from "./samples/inspect-app.ts";
import type { createLiveMemoryReader } from "./samples/read-live-memory.ts";
import type { Watched } from "./samples/read-processes.ts";
import type { Figures, Sample } from "./samples/sample.ts";
import type { Tally, TrafficFigures } from "./traffic/tally.ts";

/** A fault may show in answers for so long after it has ended. */
const aftermathSeconds = 120;

type RecorderDeps = {
  readonly plan: string;
  readonly stack: Stack;
  readonly tally: Tally;
  readonly faults: readonly FaultRecord[];
  readonly watched: () => Watched[];
  readonly readProcesses: (watched: readonly Watched[]) => Promise<Figures>;
  readonly readLiveMemory: ReturnType<typeof createLiveMemoryReader>;
  readonly redisReader: { read(): Promise<Figures>; close(): void };
};

/** Gathers samples and sums them up. */
export class Recorder {
  readonly #deps: RecorderDeps;
  readonly #samples: Sample[] = [];
  readonly #totals: RunTotals;
  readonly #errorsOf = new Map<number, number>();

  constructor(deps: RecorderDeps) {
    this.#deps = deps;
    this.#totals = {
      ...{ plan: deps.plan, seconds: 0, sent: 0, answered: 0, hungUp: 0 },
      ...{ lost: {}, sentAgain: 0, batchLines: 0, refused: {}, errors: {} },
      ...{ refusedWithoutFault: 0, calls: 0, overQuota: 0, cpuPercent: 0 },
    };
  }

  /** Takes one sample, `seconds` after the start of the run. */
  async record(seconds: number): Promise<RunRecord> {
    const { stack, tally, faults, watched, readProcesses, redisReader } =
      this.#deps;
    const { readLiveMemory } = this.#deps;
    const [gateway, worker] = [stack.gateways[0], stack.workers[0]];
    const lastSeconds = this.#samples.at(-1)?.seconds ?? 0;
    const traffic = tally.take();
    const [processes, redis, upstream, live] = await Promise.all([
      readProcesses(watched()),
      redisReader.read(),
      stack.simulator.takeSummary(),
      readLiveMemory({ "gateway-1": gateway, "worker-1": worker }, seconds),
    ]);
    this.#totals.calls += upstream.total;
    this.#totals.overQuota += upstream.quotaViolations;
    this.#addTraffic(seconds, traffic);
    this.#countErrors();
    this.#samples.push({
      seconds,
      figures: {
        ...processes,
        ...redis,
        ...live,
        ...perSecond(traffic, seconds - lastSeconds),
        open: tally.open,
      },
    });
    this.#addCpu(processes, seconds - lastSeconds, seconds);
    return { samples: this.#samples, faults, totals: this.#totals };
  }

  close(): void {
    this.#deps.redisReader.close();
  }

  #addTraffic(seconds: number, traffic: TrafficFigures): void {
    const totals = this.#totals;
    totals.sent += traffic.sent;
    totals.answered += traffic.answered;
    totals.hungUp += traffic.hungUp;
    addCounts(totals.lost, traffic.lost);
    addCounts(totals.refused, traffic.refused);
    totals.sentAgain += traffic.sentAgain;
    totals.batchLines += traffic.batchLines;
    const isAfterFault = this.#deps.faults.some(
      ({ from, to = seconds }) =>
        seconds >= from && seconds <= to + aftermathSeconds,
    );
    if (!isAfterFault) totals.refusedWithoutFault += sumOf(traffic.refused);
  }

  #countErrors(): void {
    const { gateways, workers } = this.#deps.stack;
    for (const { pid, output } of [...gateways, ...workers]) {
      for (const text of output.slice(this.#errorsOf.get(pid) ?? 0)) {
        const message = errorMessage(text);
        if (message === undefined) continue;
        addCounts(this.#totals.errors, { [message]: 1 });
      }
      this.#errorsOf.set(pid, output.length);
    }
  }

  /** All processes, averaged over the run. */
  #addCpu(processes: Figures, spanSeconds: number, seconds: number): void {
    const now = Object.entries(processes)
      .filter(([name]) => name.endsWith(" cpu"))
      .reduce((sum, [, percent]) => sum + (percent || 0), 0);
    const before = this.#totals.cpuPercent * (seconds - spanSeconds);
    this.#totals.cpuPercent = (before + now * spanSeconds) / seconds;
    this.#totals.seconds = seconds;
  }
}

function addCounts(
  totals: Record<string, number>,
  counts: Readonly<Record<string, number>>,
): void {
  for (const [name, count] of Object.entries(counts)) {
    totals[name] = (totals[name] ?? 0) + count;
  }
}

function perSecond(traffic: TrafficFigures, seconds: number): Figures {
  return {
    sent: traffic.sent / seconds,
    answered: traffic.answered / seconds,
    refused: sumOf(traffic.refused) / seconds,
    "sent again": traffic.sentAgain / seconds,
    p50: traffic.p50Ms,
    p99: traffic.p99Ms,
  };
}

function errorMessage(text: string): string | undefined {
  if (isInspectorLine(text)) return undefined;
  if (!text.startsWith("{")) return text.slice(0, 120);
  const line = JSON.parse(text) as LogLine;
  if (!isErrorLine(line)) return undefined;
  const { err } = line as { err?: { message?: string } };
  return [line.msg, err?.message].filter(Boolean).join(": ").slice(0, 120);
}
