import type { PoolWatch } from "./forecast/pool-watch.ts";
import type { RedisHealth } from "./redis-health.ts";

/** Builds the check behind `/ready`: why a request could not be served now. */
export function createFindTrouble(deps: {
  redisHealth: RedisHealth;
  poolWatch: PoolWatch;
  isStopping: () => boolean;
}): () => Promise<string | undefined> {
  const { redisHealth, poolWatch, isStopping } = deps;

  async function readView() {
    await poolWatch.refresh();
    return poolWatch.look();
  }

  return async function findTrouble() {
    if (isStopping()) return "The gateway is stopping";
    const view = await redisHealth.readInTime(readView).catch(() => undefined);
    if (!view) return "Redis is unreachable";
    if (redisHealth.isFull) return "Redis is out of memory";
    if (view.workers === 0) return "No worker is alive";
    if (view.pool.keys.every((key) => key.retired)) {
      return "No OpenRouter key is usable";
    }
    return undefined;
  };
}
