import type { LateGrant } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import type { Metrics } from "@openrouter-free-pool/shared/metrics/metrics";
import type { Logger } from "pino";
import { Counter } from "prom-client";

/** Late grants with less than this between them belong to one episode. */
const episodeGapMs = 60_000;

/**
 * Counts late grants. They mean that Redis or the network to it is slow: each episode leaves one
 * line in the log.
 */
export function createReportLateGrant(
  { registry }: Metrics,
  logger: Logger,
): (late: LateGrant) => void {
  const total = new Counter({
    name: "orpool_limiter_late_grants_total",
    help: "Slots that were granted but heard of too late to be used, and given back",
    registers: [registry],
  });
  let lastAt = -Infinity;
  return ({ key, lateMs }) => {
    total.inc();
    const now = performance.now();
    const isNewEpisode = now - lastAt > episodeGapMs;
    lastAt = now;
    if (!isNewEpisode) return;
    logger.error(
      { key: key.mask, lateMs: Math.round(lateMs) },
      "Redis is slow: a slot was heard of too late to be used, and is given back",
    );
  };
}
