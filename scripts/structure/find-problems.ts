import { basename, dirname } from "node:path";
import type { Import } from "./read-imports.ts";

/** A folder with more source files than this has more than one idea. */
const mostFiles = 15;

/** Violations of the rules of the structure, a line each. */
export function findProblems(
  files: readonly string[],
  imports: readonly Import[],
  layers: readonly string[],
): string[] {
  return [
    ...findForeignImports(imports),
    ...findClimbing(imports),
    ...findCycles(imports),
    ...findWrongLayers(imports, layers),
    ...findFullFolders(files),
  ];
}

/** Apps use the library, never each other; the library uses no app. */
function findForeignImports(imports: readonly Import[]): string[] {
  const part = (file: string) => file.split("/").slice(0, 2).join("/");
  return imports
    .filter(({ from, to }) => part(from) !== part(to))
    .filter(({ to }) => !to.startsWith("libs/"))
    .map(({ from, to }) => `${from} imports ${to}: apps use only the library`);
}

/** A folder never imports files of the folders around it, except a package's own description. */
function findClimbing(imports: readonly Import[]): string[] {
  return imports
    .filter(({ to }) => basename(to) !== "package.json")
    .filter(({ from, to }) => {
      const around = dirname(to);
      return dirname(from) !== around && dirname(from).startsWith(`${around}/`);
    })
    .map(({ from, to }) => `${from} imports ${to}: from a folder around it`);
}

/** Folders side by side do not import each other in a circle. */
function findCycles(imports: readonly Import[]): string[] {
  const edges = new Map<string, Set<string>>();
  for (const { from, to } of imports) {
    const [start, end] = siblings(from, to);
    if (start === end) continue;
    edges.set(start, (edges.get(start) ?? new Set()).add(end));
  }
  const cycles = new Set<string>();
  const walk = (path: readonly string[]): void => {
    const last = path.at(-1) ?? "";
    for (const next of edges.get(last) ?? []) {
      const at = path.indexOf(next);
      if (at >= 0) cycles.add(toCycle(path.slice(at)));
      else if (path.length < 12) walk([...path, next]);
    }
  };
  for (const start of edges.keys()) walk([start]);
  return [...cycles];
}

function toCycle(path: readonly string[]): string {
  const first = path.indexOf(path.toSorted()[0] ?? "");
  const names = [...path.slice(first), ...path.slice(0, first)];
  return `cycle of folders: ${[...names, names[0]].join(" → ")}`;
}

/**
 * The two entries of the deepest common folder through which the files are reached: folders, or the
 * file itself.
 */
function siblings(from: string, to: string): [string, string] {
  const [start, end] = [from.split("/"), to.split("/")];
  let depth = 0;
  while (start[depth] === end[depth] && depth < start.length) depth += 1;
  const cut = (parts: string[]) => parts.slice(0, depth + 1).join("/");
  return [cut(start), cut(end)];
}

/** An area of the library imports only areas before it. */
function findWrongLayers(
  imports: readonly Import[],
  layers: readonly string[],
): string[] {
  const root = "libs/shared/src/";
  const areaOf = (file: string) => file.slice(root.length).split("/")[0] ?? "";
  return imports
    .filter(({ from, to }) => from.startsWith(root) && to.startsWith(root))
    .filter(({ from, to }) => {
      const [user, used] = [areaOf(from), areaOf(to)].map((area) =>
        layers.indexOf(area),
      );
      return (user ?? 0) < (used ?? 0);
    })
    .map(({ from, to }) => `${from} imports ${to}: against the direction`);
}

function findFullFolders(files: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const file of files) {
    const folder = dirname(file);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > mostFiles)
    .map(([folder, count]) => `${folder} has ${count} files`);
}

/** Whether a file is a source: code, a Redis script, or a page. */
export function isSource(file: string): boolean {
  return /^(apps|libs)\/.*\.(ts|lua)$/.test(file) && basename(file) !== "";
}
