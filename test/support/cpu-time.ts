import { readFileSync } from "node:fs";

/** Linux reports in ticks of 10 ms, on all architectures. */
const tickMs = 10;

/** CPU time that a process has used so far, in ms; undefined where there is no /proc. */
export function cpuTimeMs(pid: number): number | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // `1234 (name of any kind) S …`: utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}
