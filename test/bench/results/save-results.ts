import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../../scripts/project-root.ts";
import type { BenchResults } from "../main.ts";

/** Writes the results into `bench-results/`. @returns the file. */
export function saveResults(results: BenchResults): string {
  const folder = join(projectRoot, "bench-results");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${results.at.replaceAll(":", "-")}.json`);
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  return file;
}
