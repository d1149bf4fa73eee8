import type { PoolWatch } from "../../pool/pool-watch.ts";
import type { RedisHealth } from "../../redis/redis-health.ts";
import { nameTarget } from "./name-target.ts";

/**
 * The name of an action's target on the pages, as {@link nameTarget} gives it.
 *
 * @returns undefined when the action or its target does not exist.
 */
export type FindTarget = (
  action: unknown,
  target: string,
) => Promise<string | undefined>;

/**
 * Builds {@link FindTarget}; it throws `redis-down`. A target that the last view of the pool does
 * not have is looked for in a new one: nobody may have asked this gateway for a while, and the page
 * may be another gateway's.
 */
export function createFindTarget(deps: {
  poolWatch: PoolWatch;
  redisHealth: RedisHealth;
}): FindTarget {
  const { poolWatch, redisHealth } = deps;
  return async function findTarget(action, target) {
    const name = nameTarget(action, target, poolWatch.current());
    if (name !== undefined) return name;
    await redisHealth.readInTime(() => poolWatch.refresh());
    return nameTarget(action, target, poolWatch.current());
  };
}
