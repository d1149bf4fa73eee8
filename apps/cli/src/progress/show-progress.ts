import { isWatched, tell } from "../output/terminal.ts";
import { drawProgress } from "./draw-progress.ts";
import type { Progress } from "./progress.ts";

const lineEveryMs = 5_000;
const usualColumns = 80;

/** Where progress is shown. */
export type ProgressView = {
  show(progress: Progress): void;
  /** Clears the bar to make room for other lines. */
  clear(): void;
};

/** A bar for a person at the terminal; in a pipe a JSON line every few seconds and at each new status. */
export function createProgressView(options: {
  isQuiet: boolean;
}): ProgressView {
  if (options.isQuiet) return { show() {}, clear() {} };
  return isWatched() ? createBar() : createLines();
}

function createBar(): ProgressView {
  const { stderr } = process;
  const wipe = "\r\x1b[K";
  return {
    show(progress) {
      const columns = (stderr.columns || usualColumns) - 1;
      stderr.write(wipe + drawProgress(progress, columns));
    },
    clear: () => void stderr.write(wipe),
  };
}

function createLines(): ProgressView {
  let toldAt = Number.NEGATIVE_INFINITY;
  let status = "";
  return {
    show(progress) {
      const now = performance.now();
      if (progress.status === status && now - toldAt < lineEveryMs) return;
      [toldAt, status] = [now, progress.status];
      tell(JSON.stringify(progress));
    },
    clear() {},
  };
}
