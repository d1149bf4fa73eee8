import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { projectRoot } from "../project-root.ts";

/** One import of one of our files by another; paths from the project's root. */
export type Import = { readonly from: string; readonly to: string };

const specifier = /(?:from|import)\s*\(?\s*"([^"]+)"|new URL\(\s*"([^"]+)"/g;
const packages = /^@openrouter-free-pool\/(shared)\/(.+)$/;

/** The imports of our own files in a source file, Lua scripts that it loads included. */
export function readImports(file: string): Import[] {
  const text = readFileSync(join(projectRoot, file), "utf8");
  return [...text.matchAll(specifier)].flatMap(([, imported, loaded]) => {
    const to = resolve(file, imported ?? loaded ?? "");
    return to === undefined ? [] : [{ from: file, to }];
  });
}

function resolve(file: string, name: string): string | undefined {
  const [, library, path] = packages.exec(name) ?? [];
  if (library) return `libs/${library}/src/${path}.ts`;
  if (!name.startsWith(".")) return undefined;
  return relative(projectRoot, join(projectRoot, dirname(file), name));
}
