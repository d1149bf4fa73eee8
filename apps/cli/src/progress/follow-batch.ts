import { setTimeout as sleep } from "node:timers/promises";
import { hasEnded } from "@openrouter-free-pool/shared/api/batch-object";
import { describeObstacle } from "@openrouter-free-pool/shared/api/describe-obstacle";
import { Speed } from "@openrouter-free-pool/shared/timers/speed";
import type { GatewayClient } from "../gateway/gateway-client.ts";
import type { Batch } from "../gateway/objects.ts";
import { CliError } from "../output/cli-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { describeProgress, type PoolFigures } from "./progress.ts";
import type { ProgressView } from "./show-progress.ts";

const firstPauseMs = 150;
const longestPauseMs = 1_000;
/** How long a gateway that restarts is waited for. */
const patienceMs = 300_000;

/**
 * Watches a batch until it has ended.
 *
 * @param interrupted aborts when the user does not want to wait any longer.
 * @returns undefined when it was interrupted.
 */
export async function followBatch(
  gateway: GatewayClient,
  id: string,
  options: { view: ProgressView; interrupted: AbortSignal },
): Promise<Batch | undefined> {
  const { view, interrupted } = options;
  const speed = new Speed();
  let answeredAt = performance.now();
  let pauseMs = firstPauseMs;
  while (!interrupted.aborted) {
    try {
      const batch = await gateway.readBatch(id);
      answeredAt = performance.now();
      const { completed, failed } = batch.request_counts;
      speed.record(answeredAt, completed + failed);
      const pool = await readPoolFigures(gateway);
      view.show(describeProgress(batch, speed.perSecond, pool));
      if (hasEnded(batch)) return batch;
    } catch (error) {
      const isPassing =
        error instanceof CliError && error.exitCode === exitCodes.error;
      const waitedMs = performance.now() - answeredAt;
      if (!isPassing || waitedMs > patienceMs) throw error;
    }
    await sleep(pauseMs, undefined, { signal: interrupted }).catch(
      () => undefined,
    );
    pauseMs = Math.min(pauseMs * 1.5, longestPauseMs);
  }
  return undefined;
}

async function readPoolFigures(gateway: GatewayClient): Promise<PoolFigures> {
  try {
    const pool = await gateway.readPool();
    return {
      quotaLeft: pool.pool.leftToday,
      obstacle: describeObstacle(pool),
    };
  } catch {
    return { quotaLeft: undefined, obstacle: undefined };
  }
}
