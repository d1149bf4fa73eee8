import type { CallRecord } from "../../simulator/start-simulator.ts";
import { percentile } from "../../support/percentile.ts";
import type { Fault } from "./faults.ts";
import type { BatchRun } from "./run-batch-to-end.ts";
import type { PeakMemory } from "./watch-memory.ts";

/** Without a call for this long, the pool stood still. */
const stillMs = 500;
/** How much longer than the optimum a batch may take, outages apart. */
const mostDrain = 1.1;

/** Everything that the proof has found out. */
export type Measured = {
  readonly lines: number;
  readonly perWindow: number;
  readonly windowMs: number;
  readonly run: BatchRun;
  readonly calls: readonly CallRecord[];
  readonly memory: { readonly few: PeakMemory; readonly many: PeakMemory };
  readonly waits: {
    readonly empty: readonly number[];
    readonly busy: readonly number[];
  };
  readonly faults: readonly Fault[];
};

/** Prints the figures. @returns whether everything is as it must be. */
export function printReport(measured: Measured): boolean {
  const { lines, run, memory, waits } = measured;
  const ids = new Set(run.customIds);
  const calls = measured.calls.filter(({ marker }) =>
    marker?.startsWith("many-"),
  );
  const refused = calls.filter(({ quotaRefusal }) => quotaRefusal !== null);
  const doubled =
    calls.length - refused.length - new Set(calls.map((c) => c.marker)).size;
  const optimumMs =
    (Math.ceil(lines / measured.perWindow) - 1) * measured.windowMs;
  const outages = measured.faults.map(({ what, at }) => ({
    what,
    ms: stillAfter(calls, at),
  }));
  const outageMs = outages.reduce((sum, { ms }) => sum + ms, 0);
  const drain = (run.tookMs - outageMs) / optimumMs;

  console.log(`
status                 ${run.status}
results                ${run.customIds.length} (${ids.size} different, ${run.failed} failed) of ${lines}
calls to the upstream  ${calls.length}, ${doubled} of them a second time
refused by quota       ${refused.length} (on a busy machine calls arrive later than the shortened window's margin)
took                   ${seconds(run.tookMs)}; optimum ${seconds(optimumMs)}; stood still ${seconds(outageMs)}
drain apart from that  ${drain.toFixed(3)} × optimum
${outages.map(({ what, ms }) => `${`${what},`.padEnd(28)}stood still ${seconds(ms)}`).join("\n")}
interactive wait       empty: ${describeWaits(waits.empty)}
                       busy:  ${describeWaits(waits.busy)}
peak memory of Redis   ${memory.few.redis.toFixed(1)} MB with a tenth of the lines, ${memory.many.redis.toFixed(1)} MB with all
peak memory, gateway   ${memory.few.gateway.toFixed(0)} MB with a tenth of the lines, ${memory.many.gateway.toFixed(0)} MB with all
`);
  return (
    run.status === "completed" &&
    run.customIds.length === lines &&
    ids.size === lines &&
    run.failed === 0 &&
    measured.faults.length === 3 &&
    drain <= mostDrain
  );
}

/** The longest time without a call within half a minute after an event, where it is an outage. */
function stillAfter(calls: readonly CallRecord[], at: number): number {
  let longest = 0;
  let last = at;
  for (const call of calls) {
    if (call.at < at) continue;
    if (call.at > at + 30_000) break;
    longest = Math.max(longest, call.at - last);
    last = call.at;
  }
  return longest > stillMs ? longest : 0;
}

function describeWaits(waits: readonly number[]): string {
  const [p50, p99] = [50, 99].map((p) => percentile(waits, p));
  return `p50 ${p50} ms, p99 ${p99} ms of ${waits.length}`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
