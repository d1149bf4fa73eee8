import { readdirSync, readFileSync } from "node:fs";

/** Processes that a process has started itself and whose command line has `text` in it. */
export function childrenOf(parent: number, text: string): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && isChild(pid, parent, text));
}

function isChild(pid: number, parent: number, text: string): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    return (
      Number(status.match(/^PPid:\s+(\d+)$/m)?.[1]) === parent &&
      commandLine.includes(text)
    );
  } catch {
    // It has ended in the meantime.
    return false;
  }
}
