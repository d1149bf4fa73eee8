import type { AppProcess } from "../../../support/processes/app-process.ts";
import { inspectorUrl, readLiveBytes } from "./inspect-app.ts";
import type { Figures } from "./sample.ts";

/** Between two forced collections: so seldom that resident memory stays what it would be without them. */
const everySeconds = 180;

/** Builds a reader of what is left in apps' memory when all garbage is collected (MiB); empty between its turns. */
export function createLiveMemoryReader(): (
  apps: Readonly<Record<string, AppProcess | undefined>>,
  seconds: number,
) => Promise<Figures> {
  let next = 0;

  return async (apps, seconds) => {
    if (seconds < next) return {};
    next = seconds + everySeconds;
    const entries = await Promise.all(
      Object.entries(apps).map(async ([name, app]) => {
        const url = app && inspectorUrl(app);
        const bytes = url && (await readLiveBytes(url).catch(() => undefined));
        return [
          `${name} live`,
          bytes ? bytes / 1_024 ** 2 : undefined,
        ] as const;
      }),
    );
    return Object.fromEntries(entries);
  };
}
