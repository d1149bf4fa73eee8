import { readdirSync } from "node:fs";
import { scrape } from "../../../support/metrics.ts";
import { cpuTimeMs } from "../../../support/processes/cpu-time.ts";
import { residentKiB } from "../../../support/processes/memory.ts";
import type { Figures } from "./sample.ts";

/** A process to be watched; `url` where it answers `GET /metrics`. */
export type Watched = {
  readonly name: string;
  readonly pid: number;
  readonly url?: string;
};

/** Builds a reader of memory (MiB), descriptors, CPU (% of a core), heap (MiB) and event-loop delay (ms). */
export function createProcessReader(): (
  processes: readonly Watched[],
) => Promise<Figures> {
  let last = new Map<number, { readonly cpuMs: number; readonly at: number }>();

  return async (processes) => {
    const next: typeof last = new Map();
    const now = performance.now();
    const figures: Record<string, number | undefined> = {};
    for (const { name, pid } of processes) {
      const cpuMs = cpuTimeMs(pid) ?? Number.NaN;
      next.set(pid, { cpuMs, at: now });
      const before = last.get(pid);
      figures[`${name} cpu`] = before
        ? (100 * (cpuMs - before.cpuMs)) / (now - before.at)
        : undefined;
      figures[`${name} memory`] = orUndefined(() => residentKiB(pid) / 1_024);
      figures[`${name} descriptors`] = orUndefined(
        () => readdirSync(`/proc/${pid}/fd`).length,
      );
    }
    last = next;
    const scraped = await Promise.all(processes.map(readMetrics));
    return Object.assign(figures, ...scraped) as Figures;
  };
}

async function readMetrics({ name, url }: Watched): Promise<Figures> {
  if (url === undefined) return {};
  const page = await scrape(url).catch(() => undefined);
  const heap = page?.value("nodejs_heap_size_used_bytes");
  const delay = page?.value("nodejs_eventloop_lag_p99_seconds");
  return {
    [`${name} heap`]: heap === undefined ? undefined : heap / 1_024 ** 2,
    [`${name} delay`]: delay === undefined ? undefined : delay * 1_000,
  };
}

function orUndefined(read: () => number): number | undefined {
  try {
    return read();
  } catch {
    // It has just ended.
    return undefined;
  }
}
