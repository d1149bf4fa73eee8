import { say } from "../words/say.ts";
import { CliError } from "./cli-error.ts";
import { exitCodes } from "./exit-codes.ts";
import { tell } from "./terminal.ts";

const usualTimeoutMs = 10_000;
const tries = 2;

/** The notice about a batch that has ended. */
type EndNotice = {
  /** A sentence, which chats such as Slack show. */
  readonly text: string;
  readonly batch: string;
  readonly status: string;
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  readonly results: string | undefined;
};

/** Reads the address of `--notify`. */
export function readNotifyUrl(text: string): string {
  const url = URL.parse(text);
  if (url && ["http:", "https:"].includes(url.protocol)) return url.href;
  throw new CliError(say("batch.badNotify", { text }), exitCodes.usage);
}

/**
 * Posts a notice as JSON. The results are written already, so a failure is only reported.
 *
 * @param options.timeoutMs limit for each of two tries.
 */
export async function notify(
  url: string,
  notice: EndNotice,
  { timeoutMs = usualTimeoutMs }: { timeoutMs?: number } = {},
): Promise<void> {
  let reason = "";
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(notice),
        signal: AbortSignal.timeout(timeoutMs),
      });
      await response.body?.cancel();
      if (response.ok) return;
      reason = say("batch.notify.answered", { status: response.status });
    } catch (error) {
      const isLate = error instanceof Error && error.name === "TimeoutError";
      reason = say(isLate ? "batch.notify.late" : "batch.notify.unreachable");
    }
  }
  tell(say("batch.notNotified", { host: new URL(url).host, reason }));
}
