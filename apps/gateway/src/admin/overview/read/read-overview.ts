import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import {
  type AccountRefusal,
  readAccountRefusals,
} from "@openrouter-free-pool/shared/key-pool/accounts/account-refusals";
import {
  type ProbeResult,
  readProbeResults,
} from "@openrouter-free-pool/shared/key-pool/keys/probe-results";
import {
  type CoolingModel,
  readCoolingModels,
} from "@openrouter-free-pool/shared/key-pool/models/cooling-models";
import { forecastSlot } from "@openrouter-free-pool/shared/key-pool/pool/capacity";
import {
  type LivingWorker,
  readWorkers,
} from "@openrouter-free-pool/shared/presence/workers";
import type { QueueDepth } from "@openrouter-free-pool/shared/queue/queue-depth";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type {
  Bucket,
  StatisticsHistory,
} from "@openrouter-free-pool/shared/statistics/statistics-history";
import type { Redis } from "ioredis";
import { longestForecastDays } from "../../../forecast/forecast.ts";
import { describeKeys } from "../../../pool/keys-status.ts";
import type { PoolView, PoolWatch } from "../../../pool/pool-watch.ts";
import type { RedisHealth } from "../../../redis/redis-health.ts";

const shownMs = 3_600_000;

/** Everything that the key-pool page tells, as figures. */
export type Overview = {
  readonly view: PoolView;
  readonly status: ReturnType<typeof describeKeys>;
  readonly depth: QueueDepth;
  /** When the last waiting request will be sent, in ms from now; undefined: not in days, or never. */
  readonly drainMs: number | undefined;
  readonly workers: readonly LivingWorker[];
  readonly cooling: readonly CoolingModel[];
  readonly probes: ReadonlyMap<string, ProbeResult>;
  /** Models that accounts do not serve because of their settings. */
  readonly refusals: readonly AccountRefusal[];
  /** Slices of the last hour, the current one at the end. */
  readonly buckets: readonly Bucket[];
  readonly limits: RateLimits;
};

/** Reads {@link Overview}; undefined when Redis does not answer. */
export type ReadOverview = () => Promise<Overview | undefined>;

/** Builds {@link ReadOverview}. */
export function createReadOverview(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  limits: RateLimits;
  redisHealth: RedisHealth;
  poolWatch: PoolWatch;
  readQueueDepth: () => Promise<QueueDepth>;
  history: StatisticsHistory;
}): ReadOverview {
  const { redis, redisKeys, limits, poolWatch } = deps;
  return async function readOverview() {
    if (!deps.redisHealth.isUp) return undefined;
    await poolWatch.refresh();
    const view = poolWatch.current();
    if (!view) return undefined;
    const { now } = view.pool;
    const [depth, workers, cooling, probes, refusals, buckets] =
      await Promise.all([
        deps.readQueueDepth(),
        readWorkers(redis, redisKeys),
        readCoolingModels(redis, redisKeys, now),
        readProbeResults(redis, redisKeys),
        readAccountRefusals(redis, redisKeys),
        deps.history.read(shownMs, now),
      ]);
    return {
      view,
      status: describeKeys(view, limits),
      depth,
      drainMs: forecastDrain(view, limits),
      workers,
      cooling,
      probes,
      refusals,
      buckets,
      limits,
    };
  };
}

function forecastDrain(view: PoolView, limits: RateLimits): number | undefined {
  if (view.waiting === 0) return 0;
  const horizonMs = longestForecastDays * limits.dayMs;
  return forecastSlot(view.pool, limits, view.waiting, horizonMs);
}
