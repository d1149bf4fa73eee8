import type { FaultRecord } from "../faults/run-faults.ts";
import type { Growth } from "./judge.ts";

/** Sums over the whole run so far. */
export type RunTotals = {
  seconds: number;
  /** What the run was asked for, in words. */
  plan: string;
  sent: number;
  answered: number;
  hungUp: number;
  /** By kind and reason. */
  lost: Record<string, number>;
  sentAgain: number;
  batchLines: number;
  /** By kind and status. */
  refused: Record<string, number>;
  /** More than so long after a fault ended. */
  refusedWithoutFault: number;
  calls: number;
  overQuota: number;
  /** Error lines in the logs of gateways and workers by message. */
  errors: Record<string, number>;
  /** Of one core, in percent, all processes of the run together. */
  cpuPercent: number;
};

/** Describes the run in Markdown. */
export function describeRun(
  totals: RunTotals,
  faults: readonly FaultRecord[],
  growth: readonly Growth[],
): string {
  return `${totals.plan}; ${(totals.seconds / 60).toFixed(1)} minutes so far, ${totals.cpuPercent.toFixed(0)} % of a core for all processes.

| what | count |
| --- | --- |
| requests sent | ${totals.sent} |
| answered as they must be | ${totals.answered} |
| hung up by the client | ${totals.hungUp} |
| other answers | ${listOf(totals.refused)} |
| of these, without a fault in the two minutes before | ${totals.refusedWithoutFault} |
| lost | ${listOf(totals.lost)} |
| sent again, their connection broken | ${totals.sentAgain} |
| lines of batches answered | ${totals.batchLines} |
| calls of the upstream | ${totals.calls} |
| of these, refused for a limit | ${totals.overQuota} |
| faults | ${faults.length} |
| errors in the logs | ${listOf(totals.errors)} |

| figure after the warm-up | level | growth an hour | allowed | |
| --- | --- | --- | --- | --- |
${growth.map(describeGrowth).join("\n")}

| at | fault | took |
| --- | --- | --- |
${faults.map(({ name, from, to }) => `| ${(from / 60).toFixed(1)} min | ${name} | ${to === undefined ? "…" : `${(to - from).toFixed(1)} s`} |`).join("\n")}
`;
}

function describeGrowth(growth: Growth): string {
  const { figure, level, perHour, allowedPerHour, isFlat } = growth;
  const cells = [level, perHour, allowedPerHour].map((n) => n.toFixed(1));
  return `| ${figure} | ${cells.join(" | ")} | ${isFlat ? "flat" : "GROWS"} |`;
}

function listOf(counts: Readonly<Record<string, number>>): string {
  const named = Object.entries(counts)
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${count} × ${name}`);
  return named.length === 0 ? "0" : `${sumOf(counts)}: ${named.join(", ")}`;
}

/** All counts together. */
export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
