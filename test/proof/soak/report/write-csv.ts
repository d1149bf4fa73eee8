import { writeFile } from "node:fs/promises";
import { stringify } from "csv-stringify/sync";
import type { Sample } from "../samples/sample.ts";

/** Writes all figures, a line a moment. */
export async function writeCsv(
  path: string,
  samples: readonly Sample[],
): Promise<void> {
  const names = new Set(samples.flatMap(({ figures }) => Object.keys(figures)));
  const columns = ["seconds", ...[...names].sort()];
  const rows = samples.map(({ seconds, figures }) => ({
    seconds: seconds.toFixed(1),
    ...Object.fromEntries(
      Object.entries(figures).map(([name, value]) => [name, round(value)]),
    ),
  }));
  await writeFile(path, stringify(rows, { header: true, columns }));
}

function round(value: number | undefined): string {
  return value === undefined || Number.isNaN(value)
    ? ""
    : String(Math.round(value * 100) / 100);
}
