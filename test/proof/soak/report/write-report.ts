import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FaultRecord } from "../faults/run-faults.ts";
import type { Sample } from "../samples/sample.ts";
import { drawCharts } from "./charts.ts";
import { type Growth, judgeGrowth } from "./judge.ts";
import { describeRun, type RunTotals, sumOf } from "./summary.ts";
import { writeCsv } from "./write-csv.ts";

/** Everything that a run has found out so far. */
export type RunRecord = {
  readonly samples: readonly Sample[];
  readonly faults: readonly FaultRecord[];
  readonly totals: RunTotals;
};

/** Whether nothing was lost or refused without cause, nothing went over quota, and nothing grew. */
export function isRight({ samples, faults, totals }: RunRecord): boolean {
  return (
    sumOf(totals.lost) === 0 &&
    totals.overQuota === 0 &&
    totals.refusedWithoutFault === 0 &&
    judgeGrowth(samples, faults).every(({ isFlat }: Growth) => isFlat)
  );
}

/** Writes `samples.csv`, the charts and `summary.md` into a folder. */
export async function writeReport(
  folder: string,
  run: RunRecord,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeCsv(join(folder, "samples.csv"), run.samples);
  const marks = run.faults.map(({ name, from }) => ({ at: from, name }));
  for (const [file, image] of drawCharts(run.samples, marks)) {
    await writeFile(join(folder, file), image);
  }
  const growth = judgeGrowth(run.samples, run.faults);
  const summary = describeRun(run.totals, run.faults, growth);
  await writeFile(join(folder, "summary.md"), summary);
  return summary;
}
