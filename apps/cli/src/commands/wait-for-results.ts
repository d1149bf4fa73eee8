import type { GatewayClient } from "../gateway/gateway-client.ts";
import type { Batch } from "../gateway/objects.ts";
import { type ExitCode, exitCodes } from "../output/exit-codes.ts";
import { isWatched, print, tell } from "../output/terminal.ts";
import { followBatch } from "../progress/follow-batch.ts";
import { formatCount } from "../progress/format.ts";
import { createProgressView } from "../progress/show-progress.ts";
import type { ResultOptions } from "../results/result-options.ts";
import { writeResults } from "../results/write-results.ts";
import { describeWayBack, type WayBack } from "./describe-way-back.ts";

/** Shows a batch's progress until it ends, and writes its results. */
export async function waitForResults(
  gateway: GatewayClient,
  batchId: string,
  options: { results: ResultOptions; wayBack: WayBack; isQuiet: boolean },
): Promise<ExitCode> {
  const { results, isQuiet } = options;
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  const view = createProgressView({ isQuiet });

  const batch = await followBatch(gateway, batchId, {
    view,
    interrupted: interruption.signal,
  }).finally(() => {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  });
  view.clear();
  if (!batch) {
    tell(describeWayBack(batchId, options.wayBack));
    return exitCodes.interrupted;
  }
  await writeResults(gateway, batch, results);
  summarise(batch, options);
  return exitCodeOf(batch);
}

function summarise(
  batch: Batch,
  { results, isQuiet }: { results: ResultOptions; isQuiet: boolean },
): void {
  const { total, completed, failed } = batch.request_counts;
  for (const { line, message } of batch.errors?.data ?? []) {
    tell(line === null ? message : `Line ${line}: ${message}`);
  }
  if (!isQuiet && isWatched()) {
    const where = results.path === undefined ? "" : ` → ${results.path}`;
    tell(
      `${batch.status}: ${formatCount(completed)} of ${formatCount(total)} answered, ${formatCount(failed)} failed${where}`,
    );
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
