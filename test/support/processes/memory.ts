import { readFileSync } from "node:fs";

/** Resident memory of a process, in KiB. */
export function residentKiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(status.match(/^VmRSS:\s+(\d+) kB$/m)?.[1]);
}

/** The same in MiB. */
export function residentMiB(pid: number): number {
  return Math.round(residentKiB(pid) / 1_024);
}

/** Watches the memory of some processes until it is told to stop. */
export function watchMemory(pids: Record<string, number>): {
  /** The highest figure of each, in MiB, and the first one. */
  stop(): Record<string, { first: number; highest: number }>;
} {
  const figures = Object.fromEntries(
    Object.entries(pids).map(([name, pid]) => {
      const first = residentMiB(pid);
      return [name, { first, highest: first }];
    }),
  );
  const timer = setInterval(() => {
    for (const [name, pid] of Object.entries(pids)) {
      const figure = figures[name];
      if (figure) figure.highest = Math.max(figure.highest, residentMiB(pid));
    }
  }, 100);
  return {
    stop() {
      clearInterval(timer);
      return figures;
    },
  };
}
