import logUpdate from "log-update";
import { describeProgress } from "./describe-progress.ts";
import { drawProgress } from "./draw-progress.ts";
import { readProgress } from "./progress.ts";
import type { Burst } from "./run-burst.ts";

const pictureEveryMs = 100;
const lineEveryMs = 1_000;

/** Shows how the burst drains: as a picture on a terminal, else as a line every second. */
export function showProgress(
  gatewayUrl: string,
  burst: Burst,
): { stop(): Promise<void> } {
  const isTerminal = process.stdout.isTTY === true;
  let showing: Promise<void> | undefined;

  async function show(): Promise<void> {
    const progress = await readProgress(gatewayUrl, burst);
    if (isTerminal) logUpdate(drawProgress(progress));
    else console.log(describeProgress(progress));
  }
  const showUnlessBusy = () => {
    showing ??= show()
      // The gateway may be gone; the closing summary tells of it.
      .catch(() => undefined)
      .finally(() => {
        showing = undefined;
      });
  };
  showUnlessBusy();
  const timer = setInterval(
    showUnlessBusy,
    isTerminal ? pictureEveryMs : lineEveryMs,
  );
  return {
    async stop() {
      clearInterval(timer);
      await showing;
      showUnlessBusy();
      await showing;
      if (isTerminal) logUpdate.done();
    },
  };
}
