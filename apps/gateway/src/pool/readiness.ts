import { coalesce } from "@openrouter-free-pool/shared/timers/coalesce";
import type { RedisHealth } from "../redis/redis-health.ts";
import type { PoolWatch } from "./pool-watch.ts";

/** Anybody may ask; Redis is read once a second at most. */
const maxAgeMs = 1_000;

/** Builds the check behind `/ready`: why a request could not be served now. */
export function createReadiness(deps: {
  redisHealth: RedisHealth;
  poolWatch: PoolWatch;
  isStopping: () => boolean;
}): () => Promise<string | undefined> {
  const { redisHealth, poolWatch, isStopping } = deps;

  const readView = coalesce(
    () =>
      redisHealth
        .readInTime(async () => {
          await poolWatch.refresh();
          return poolWatch.current();
        })
        .catch(() => undefined),
    maxAgeMs,
  );

  return async function findReason() {
    if (isStopping()) return "The gateway is stopping";
    const view = redisHealth.isUp ? await readView() : undefined;
    if (!view) return "Redis is unreachable";
    if (redisHealth.isFull) return "Redis is out of memory";
    if (view.workers === 0) return "No worker is alive";
    if (view.pool.keys.every((key) => key.retired)) {
      return "No OpenRouter key is usable";
    }
    return undefined;
  };
}
