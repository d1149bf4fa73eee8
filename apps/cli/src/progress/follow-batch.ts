import { setTimeout as sleep } from "node:timers/promises";
import { hasEnded } from "@openrouter-free-pool/shared/api/batch-object";
import { describeObstacle } from "@openrouter-free-pool/shared/api/describe-obstacle";
import { Speed } from "@openrouter-free-pool/shared/timers/speed";
import type { GatewayClient } from "../gateway/gateway-client.ts";
import type { Batch } from "../gateway/objects.ts";
import { Outage } from "../gateway/outage.ts";
import { startTimeout } from "../gateway/start-timeout.ts";
import { describeProgress, type PoolFigures } from "./progress.ts";
import type { ProgressView } from "./show-progress.ts";

const firstPauseMs = 150;
const longestPauseMs = 1_000;
/** Limit for a poll; a gateway answers it in milliseconds. */
const usualTimeoutMs = 30_000;

/**
 * Watches a batch until it has ended.
 *
 * @param options.interrupted aborts when the user does not want to wait any longer.
 * @param options.timeoutMs limit for each poll.
 * @param options.patienceMs how long polls may fail in a row.
 * @returns undefined when it was interrupted.
 */
export async function followBatch(
  gateway: GatewayClient,
  id: string,
  options: {
    view: ProgressView;
    interrupted: AbortSignal;
    timeoutMs?: number;
    patienceMs?: number;
  },
): Promise<Batch | undefined> {
  const { view, interrupted, timeoutMs = usualTimeoutMs } = options;
  const speed = new Speed();
  const outage = new Outage(options.patienceMs);
  let pauseMs = firstPauseMs;
  while (!interrupted.aborted) {
    const { signal, stop } = startTimeout(timeoutMs, interrupted);
    try {
      const batch = await gateway.readBatch(id, signal);
      outage.end();
      const { completed, failed } = batch.request_counts;
      speed.record(performance.now(), completed + failed);
      const pool = await readPoolFigures(gateway, signal);
      if (interrupted.aborted) break;
      view.show(describeProgress(batch, speed.perSecond, pool));
      if (hasEnded(batch)) return batch;
    } catch (error) {
      if (interrupted.aborted) break;
      outage.check(error);
    } finally {
      stop();
    }
    await sleep(pauseMs, undefined, { signal: interrupted }).catch(
      () => undefined,
    );
    pauseMs = Math.min(pauseMs * 1.5, longestPauseMs);
  }
  return undefined;
}

async function readPoolFigures(
  gateway: GatewayClient,
  signal: AbortSignal,
): Promise<PoolFigures> {
  try {
    const pool = await gateway.readPool(signal);
    return {
      quotaLeft: pool.pool.leftToday,
      obstacle: describeObstacle(pool),
    };
  } catch {
    return { quotaLeft: undefined, obstacle: undefined };
  }
}
