import { globSync } from "node:fs";
import { projectRoot } from "../project-root.ts";
import { findProblems, isSource } from "./find-problems.ts";
import { readImports } from "./read-imports.ts";

/** The areas of the library, each using only those before it. */
const layers = [
  "timers",
  "config",
  "process",
  "redis",
  "logging",
  "metrics",
  "tracing",
  "presence",
  "queue",
  "replies",
  "key-pool",
  "statistics",
];

const files = globSync("{apps,libs}/**/*.{ts,lua}", {
  cwd: projectRoot,
  exclude: (name) => name.includes("node_modules"),
}).filter(isSource);
const imports = files
  .filter((file) => file.endsWith(".ts"))
  .flatMap(readImports);
const problems = findProblems(files, imports, layers);
for (const problem of problems) console.error(problem);
console.error(
  `${files.length} files, ${imports.length} imports, ${problems.length} problems of structure`,
);
process.exitCode = problems.length > 0 ? 1 : 0;
