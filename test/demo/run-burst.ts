import { type ChatResult, chat } from "../support/chat.ts";
import { settings } from "./settings.ts";

/** The burst as it goes. */
export type Burst = {
  /** On this process's monotonic clock, ms. */
  readonly startedAt: number;
  /** Answers so far, whatever their status. */
  readonly answers: readonly ChatResult[];
  /** Requests that got no answer at all. */
  readonly lost: readonly unknown[];
  /** Resolves when nothing is under way any more; never rejects. */
  readonly finished: Promise<void>;
};

/** Sends all requests at once, as an impatient client does. */
export function runBurst(url: string, signal: AbortSignal): Burst {
  const answers: ChatResult[] = [];
  const lost: unknown[] = [];
  const startedAt = performance.now();
  const requests = Array.from({ length: settings.requests }, (_, index) =>
    chat(url, {
      model: "google/gemma-4-31b-it:free",
      content: `Question ${index + 1}`,
      signal,
    }).then(
      (answer) => void answers.push(answer),
      (error: unknown) => void lost.push(error),
    ),
  );
  const finished = Promise.all(requests).then(() => undefined);
  return { startedAt, answers, lost, finished };
}
