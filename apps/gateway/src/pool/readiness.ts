import { describeObstacle } from "@openrouter-free-pool/shared/api/describe-obstacle";
import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import { describeKeyCheck } from "@openrouter-free-pool/shared/key-pool/keys/describe-key-check";
import {
  findProbeFailure,
  type ProbeResult,
} from "@openrouter-free-pool/shared/key-pool/keys/probe-results";
import { coalesce } from "@openrouter-free-pool/shared/timers/coalesce";
import type { RedisHealth } from "../redis/redis-health.ts";
import { describeKeys } from "./keys-status.ts";
import type { PoolView, PoolWatch } from "./pool-watch.ts";

/** The endpoint is open to anybody; Redis is read at most once a second. */
const maxAgeMs = 1_000;

/** Whether a request would be served now. */
export type PoolReadiness = {
  /** Why it would not be served; undefined when it would. */
  readonly reason?: string | undefined;
  /** What an operator should fix although requests are served. */
  readonly warning?: string | undefined;
  /** How many keys work; no key is named, as the endpoint is open to anybody. */
  readonly keys?: string | undefined;
};

/** Builds the check behind `/ready`. */
export function createReadiness(deps: {
  redisHealth: RedisHealth;
  poolWatch: PoolWatch;
  limits: RateLimits;
  readProbes: () => Promise<ReadonlyMap<string, ProbeResult>>;
  /** What is wrong with Redis's settings. */
  findRedisWarning: () => string | undefined;
  isStopping: () => boolean;
}): () => Promise<PoolReadiness> {
  const { redisHealth, poolWatch, limits, isStopping } = deps;

  const read = coalesce(
    () =>
      redisHealth
        .readInTime(async () => {
          const [probes] = await Promise.all([
            deps.readProbes(),
            poolWatch.refresh(),
          ]);
          const view = poolWatch.current();
          return view && { view, probes };
        })
        .catch(() => undefined),
    maxAgeMs,
  );

  return async function checkReadiness() {
    if (isStopping()) return { reason: "The gateway is stopping" };
    const known = redisHealth.isUp ? await read() : undefined;
    if (!known) return { reason: "Redis is unreachable" };
    if (redisHealth.isFull) return { reason: "Redis is out of memory" };
    const { view, probes } = known;
    if (view.workers === 0) return { reason: "No worker is alive" };
    const keys = describeKeyCheck(view.pool.keys, probes);
    const obstacle = findObstacle(view, limits);
    if (obstacle) return { reason: obstacle, keys };
    const warning = deps.findRedisWarning() ?? findUnreached(view, probes);
    return { warning, keys };
  };
}

function findObstacle(view: PoolView, limits: RateLimits): string | undefined {
  const { keys, workers } = describeKeys(view, limits);
  return describeObstacle({ keys, workers })?.replace(/^./, (first) =>
    first.toUpperCase(),
  );
}

function findUnreached(
  { pool }: PoolView,
  probes: ReadonlyMap<string, ProbeResult>,
): string | undefined {
  const ids = pool.keys.map(({ id }) => id);
  const failure = findProbeFailure(probes, ids);
  return failure && `OpenRouter cannot be reached: ${failure}`;
}
