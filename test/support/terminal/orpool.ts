import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { dieWithParent } from "../../../scripts/processes/die-with-parent.ts";
import { projectRoot } from "../../../scripts/project-root.ts";
import { compileCache } from "../processes/compile-cache.ts";

/** What the command line did. */
export type OrpoolResult = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type OrpoolOptions = {
  url: string;
  cwd: string;
  input?: string;
  env?: Record<string, string>;
};

/** Starts `orpool` in a pipe. */
export function startOrpool(
  args: readonly string[],
  { url, cwd, input, env = {} }: OrpoolOptions,
): { child: ChildProcess; result: Promise<OrpoolResult> } {
  const bin = join(projectRoot, "apps/cli/bin/orpool.mjs");
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ORPOOL_URL: url, ...compileCache, ...env },
    stdio: "pipe",
  });
  dieWithParent(child);
  child.stdin.end(input);
  const result = Promise.all([
    once(child, "close"),
    text(child.stdout),
    text(child.stderr),
  ]).then(([[code], stdout, stderr]) => ({
    code: code as number | null,
    stdout,
    stderr,
  }));
  return { child, result };
}

/** Runs `orpool` to its end. */
export function orpool(
  args: readonly string[],
  options: OrpoolOptions,
): Promise<OrpoolResult> {
  return startOrpool(args, options).result;
}

/** The objects in a text of JSON lines. */
export function jsonLines<Item = Record<string, unknown>>(
  text: string,
): Item[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Item);
}
