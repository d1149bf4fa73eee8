import { readFileSync } from "node:fs";

/** Linux reports in ticks of 10 ms, on all architectures. */
const tickMs = 10;

/**
 * CPU time that a process has used so far, in ms; undefined where there is no /proc.
 *
 * @param withEnded adds what those of its children used that have ended.
 */
export function cpuTimeMs(pid: number, withEnded = false): number | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // `1234 (name of any kind) S …`: utime and stime are fields 14 and 15, the children's 16 and 17.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = fields.slice(11, withEnded ? 15 : 13).map(Number);
  return ticks.reduce((sum, each) => sum + each, 0) * tickMs;
}

/** CPU time that all processes of this machine have used so far, in ms; undefined where there is no /proc. */
export function machineCpuMs(): number | undefined {
  let stat: string;
  try {
    stat = readFileSync("/proc/stat", "utf8");
  } catch {
    return undefined;
  }
  // `cpu user nice system idle iowait irq softirq steal …`, all cores together.
  const [user, nice, system, , , irq, softirq] =
    stat.slice(0, stat.indexOf("\n")).match(/\d+/g) ?? [];
  const busy = [user, nice, system, irq, softirq].map(Number);
  return busy.reduce((sum, ticks) => sum + ticks, 0) * tickMs;
}
