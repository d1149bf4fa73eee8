import logUpdate from "log-update";
import colors from "picocolors";
import { readPoolStatus } from "../support/pool-status.ts";
import type { Burst } from "./run-burst.ts";
import { settings } from "./settings.ts";

const barWidth = 30;
const intervalMs = process.stdout.isTTY ? 120 : 1_000;

/** Shows how the burst drains: as a picture on a terminal, else as a line every second. */
export function showProgress(
  url: string,
  burst: Burst,
): { stop(): Promise<void> } {
  let last: Promise<void> = Promise.resolve();
  const show = () => {
    last = readPoolStatus(url)
      .then((status) => {
        const text = process.stdout.isTTY
          ? drawPicture(status, burst)
          : describeLine(status, burst);
        if (process.stdout.isTTY) logUpdate(text);
        else console.log(text);
      })
      // The gateway may be gone; the closing summary tells of it.
      .catch(() => undefined);
  };
  show();
  const timer = setInterval(show, intervalMs);
  return {
    async stop() {
      clearInterval(timer);
      await last;
      show();
      await last;
      if (process.stdout.isTTY) logUpdate.done();
    },
  };
}

type Status = Awaited<ReturnType<typeof readPoolStatus>>;

function drawPicture(status: Status, burst: Burst): string {
  const { waiting, inFlight } = status.queue;
  const done = burst.answers.length;
  const counts = [
    `${colors.yellow("queued")} ${String(waiting).padStart(3)}`,
    `${colors.cyan("in flight")} ${String(inFlight).padStart(2)}`,
    `${colors.green("done")} ${String(done).padStart(3)}/${settings.requests}`,
    colors.dim(`${seconds(burst)} s`),
  ];
  const keys = status.keys.map(({ key, minute }) => {
    const bar = drawBar(minute.used / settings.perMinute);
    const use = `${String(minute.used).padStart(2)}/${settings.perMinute}`;
    const reset =
      minute.remaining === 0 && minute.resetIn !== null
        ? colors.dim(`  next slot in ${minute.resetIn} s`)
        : "";
    return `  ${key}  ${bar} ${use}${reset}`;
  });
  const total = drawBar(done / settings.requests, colors.green);
  return ["", `  ${counts.join("   ")}`, `  ${total}`, "", ...keys, ""].join(
    "\n",
  );
}

function drawBar(share: number, color = colors.cyan): string {
  const filled = Math.round(Math.min(1, share) * barWidth);
  const rest = colors.dim("░".repeat(barWidth - filled));
  return color("█".repeat(filled)) + rest;
}

function describeLine(status: Status, burst: Burst): string {
  const keys = status.keys.map(({ minute }) => minute.used).join(", ");
  const { waiting, inFlight } = status.queue;
  return `${seconds(burst).padStart(5)} s  queued ${waiting}  in flight ${inFlight}  done ${burst.answers.length}/${settings.requests}  used per key ${keys} of ${settings.perMinute}`;
}

function seconds(burst: Burst): string {
  return ((performance.now() - burst.startedAt) / 1_000).toFixed(1);
}
