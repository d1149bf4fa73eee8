import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../project-root.ts";
import { findLonelyExports } from "./find-lonely-exports.ts";
import { findProblems, isSource } from "./find-problems.ts";
import { readImports } from "./read-imports.ts";

/** The areas of the library; each imports only those before it. */
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
  "budgets",
  "replies",
  "key-pool",
  "dispatch",
  "statistics",
  "models",
  "usage",
];

const list = (pattern: string) =>
  globSync(pattern, {
    cwd: projectRoot,
    exclude: (name) => name.includes("node_modules"),
  });
const read = (file: string) => ({
  file,
  text: readFileSync(join(projectRoot, file), "utf8"),
});

const files = list("{apps,libs}/**/*.{ts,lua}").filter(isSource);
const code = files.filter((file) => file.endsWith(".ts"));
const imports = code.flatMap(readImports);
const sources = code.map(read);
const users = [...sources, ...list("{scripts,test}/**/*.{ts,mjs}").map(read)];
const problems = [
  ...findProblems(files, imports, layers),
  ...findLonelyExports(sources, users),
];
for (const problem of problems) console.error(problem);
console.error(
  `${files.length} files, ${imports.length} imports, ${problems.length} problems of structure`,
);
process.exitCode = problems.length > 0 ? 1 : 0;
