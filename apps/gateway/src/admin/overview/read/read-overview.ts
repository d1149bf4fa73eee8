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
import {
  type LivingWorker,
  readWorkers,
} from "@openrouter-free-pool/shared/presence/workers";
import type { QueueDepth } from "@openrouter-free-pool/shared/queue/queue-depth";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Bucket } from "@openrouter-free-pool/shared/statistics/statistics-history";
import type { Redis } from "ioredis";
import type { BatchStore } from "../../../batches/records/batch-store.ts";
import type { RangeName } from "../../../history/ranges.ts";
import type { ReadHistory } from "../../../history/read-history.ts";
import { describeKeys } from "../../../pool/keys-status.ts";
import type { PoolView, PoolWatch } from "../../../pool/pool-watch.ts";
import type { RedisHealth } from "../../../redis/redis-health.ts";
import { measureWorkLeft, type WorkLeft } from "./work-left.ts";

/** Everything that the key-pool page shows, as figures. */
export type Overview = {
  readonly view: PoolView;
  readonly status: ReturnType<typeof describeKeys>;
  readonly depth: QueueDepth;
  /** Requests and lines of batches that are not called yet. */
  readonly left: WorkLeft;
  readonly workers: readonly LivingWorker[];
  readonly cooling: readonly CoolingModel[];
  readonly probes: ReadonlyMap<string, ProbeResult>;
  /** Models that accounts do not serve because of their settings. */
  readonly refusals: readonly AccountRefusal[];
  /** Slices of the last hour, the current one at the end. */
  readonly buckets: readonly Bucket[];
  /** The range of charts and table. */
  readonly range: RangeName;
  /** The slices of that range. */
  readonly past: readonly Bucket[];
  readonly limits: RateLimits;
};

/** Reads {@link Overview}; undefined when Redis does not answer. */
export type ReadOverview = (range: RangeName) => Promise<Overview | undefined>;

/** Builds {@link ReadOverview}. */
export function createReadOverview(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  limits: RateLimits;
  redisHealth: RedisHealth;
  poolWatch: PoolWatch;
  readBacklogs: BatchStore["readBacklogs"];
  readQueueDepth: () => Promise<QueueDepth>;
  readHistory: ReadHistory;
}): ReadOverview {
  const { redis, redisKeys, limits, poolWatch } = deps;
  return async function readOverview(range) {
    if (!deps.redisHealth.isUp) return undefined;
    await poolWatch.refresh();
    const view = poolWatch.current();
    if (!view) return undefined;
    const { now } = view.pool;
    const [backlogs, depth, workers, cooling, probes, refusals, buckets, past] =
      await Promise.all([
        deps.readBacklogs(),
        deps.readQueueDepth(),
        readWorkers(redis, redisKeys),
        readCoolingModels(redis, redisKeys, now),
        readProbeResults(redis, redisKeys),
        readAccountRefusals(redis, redisKeys),
        deps.readHistory("hour", now),
        range === "hour" ? undefined : deps.readHistory(range, now),
      ]);
    return {
      view,
      status: describeKeys(view, limits),
      depth,
      left: measureWorkLeft(view, backlogs, limits),
      workers,
      cooling,
      probes,
      refusals,
      buckets,
      range,
      past: past ?? buckets,
      limits,
    };
  };
}
