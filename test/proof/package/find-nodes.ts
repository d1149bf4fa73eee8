import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

/** A Node that is on this machine. */
export type FoundNode = { readonly folder: string; readonly version: string };

/** The Nodes of this machine, one of each version: the one that runs this, and those on the PATH. */
export function findNodes(): readonly FoundNode[] {
  const onPath = (process.env.PATH ?? "").split(delimiter);
  const folders = [...onPath, dirname(process.execPath)];
  const found = new Map<string, FoundNode>();
  for (const folder of folders) {
    const binary = join(folder, "node");
    if (!existsSync(binary)) continue;
    const version = versionOf(binary);
    if (version && !found.has(version)) found.set(version, { folder, version });
  }
  return [...found.values()];
}

function versionOf(binary: string): string | undefined {
  const { stdout } = spawnSync(binary, ["--version"], { encoding: "utf8" });
  return stdout?.trim() || undefined;
}
