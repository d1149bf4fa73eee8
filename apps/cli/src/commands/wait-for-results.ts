import type { GatewayClient } from "../gateway/gateway-client.ts";
import type { Batch } from "../gateway/objects.ts";
import { type ExitCode, exitCodes } from "../output/exit-codes.ts";
import { notify } from "../output/notify.ts";
import { isWatched, print, tell } from "../output/terminal.ts";
import { followBatch } from "../progress/follow-batch.ts";
import { formatCount } from "../progress/format.ts";
import { createProgressView } from "../progress/show-progress.ts";
import { describeProblems } from "../results/describe-problems.ts";
import type { FailureTally } from "../results/failure-tally.ts";
import type { ResultOptions } from "../results/result-options.ts";
import { writeResults } from "../results/write-results.ts";
import { say } from "../words/say.ts";
import { describeWayBack, type WayBack } from "./describe-way-back.ts";

/** A person is shown so many reasons of failures. */
const shownFailures = 3;

/** What happens while a batch is waited for, and at its end. */
export type WaitOptions = {
  readonly results: ResultOptions;
  readonly wayBack: WayBack;
  readonly isQuiet: boolean;
  /** Gets a notice of the end. */
  readonly notifyUrl: string | undefined;
};

/** Shows a batch's progress until it ends, and writes its results. */
export async function waitForResults(
  gateway: GatewayClient,
  batchId: string,
  options: WaitOptions,
): Promise<ExitCode> {
  const { results, isQuiet } = options;
  const outcome = await fetchOutcome(gateway, batchId, options);
  if (!outcome) return exitCodes.interrupted;
  const { batch, failures } = outcome;
  summarise(batch, { results, failures, isQuiet });
  if (options.notifyUrl !== undefined) {
    await notify(options.notifyUrl, describeEnd(batch, results));
  }
  return exitCodeOf(batch);
}

/** A batch that has ended, and why lines of it have failed. */
type Outcome = { readonly batch: Batch; readonly failures: FailureTally };

/**
 * Waits for the end of a batch, and writes its results.
 *
 * @returns undefined when the user has interrupted it; the way back is told then.
 */
async function fetchOutcome(
  gateway: GatewayClient,
  batchId: string,
  { results, wayBack, isQuiet }: WaitOptions,
): Promise<Outcome | undefined> {
  const interruption = new AbortController();
  const { signal: interrupted } = interruption;
  const interrupt = () => interruption.abort();
  // Once: a second Ctrl-C ends the process at once.
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  const view = createProgressView({ isQuiet });
  let batch: Batch | undefined;
  try {
    batch = await followBatch(gateway, batchId, { view, interrupted }).finally(
      () => view.clear(),
    );
    if (batch) {
      const limits = { interrupted };
      const failures = await writeResults(gateway, batch, results, limits);
      return { batch, failures };
    }
  } catch (error) {
    if (!interrupted.aborted) throw error;
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
  tell(describeWayBack(batchId, wayBack, batch ? "isKept" : "goesOn"));
  return undefined;
}

function describeEnd(
  { id, status, request_counts: counts }: Batch,
  { path }: ResultOptions,
) {
  const { total, completed, failed } = counts;
  const text = say("batch.end", {
    id,
    status: say(`batch.status.${status}`),
    completed: formatCount(completed),
    total: formatCount(total),
    failed: formatCount(failed),
  });
  return { text, batch: id, status, total, completed, failed, results: path };
}

function summarise(
  batch: Batch,
  options: {
    results: ResultOptions;
    failures: FailureTally;
    isQuiet: boolean;
  },
): void {
  const { results, failures, isQuiet } = options;
  const { total, completed, failed } = batch.request_counts;
  for (const problem of describeProblems(batch.errors?.data ?? [])) {
    tell(problem);
  }
  if (!isQuiet && isWatched()) {
    const where = results.path === undefined ? "" : ` → ${results.path}`;
    const summary = say("batch.summary", {
      status: say(`batch.status.${batch.status}`),
      completed: formatCount(completed),
      total: formatCount(total),
      failed: formatCount(failed),
    });
    tell(summary + where);
    for (const { message, lines } of failures.top(shownFailures)) {
      tell(`  ${formatCount(lines)} × ${message}`);
    }
  }
  if (results.path !== undefined && process.stdout.isTTY !== true) {
    const { id, status } = batch;
    print(
      JSON.stringify({
        batch: id,
        status,
        total,
        completed,
        failed,
        results: results.path,
      }),
    );
  }
}

function exitCodeOf({ status, request_counts: counts }: Batch): ExitCode {
  if (status !== "completed") return exitCodes.batchFailed;
  return counts.failed > 0 ? exitCodes.linesFailed : exitCodes.done;
}
