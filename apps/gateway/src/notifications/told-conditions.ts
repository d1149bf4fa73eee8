import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import type { Condition } from "./find-conditions.ts";

/** A condition that comes back within this time is not reported again. */
const forgottenMs = 3_600_000;
const keptMs = 7 * 86_400_000;
/** Bounds what a large pool of dead keys could write. */
const mostRemembered = 5_000;

/** The conditions that were reported already, by any gateway, in Redis. */
export type ToldConditions = {
  /** Lets one gateway of all send, once in this time. @returns whether this one may. */
  takeTurn(ms: number): Promise<boolean>;
  /** The conditions that were not reported yet; forgets those that ended an hour ago. */
  findNews(conditions: readonly Condition[], now: number): Promise<Condition[]>;
  /** Records that they were reported. */
  remember(conditions: readonly Condition[], now: number): Promise<void>;
};

/** Builds {@link ToldConditions}. */
export function createToldConditions(
  redis: Redis,
  redisKeys: RedisKeys,
): ToldConditions {
  const key = redisKeys.toldConditions;

  async function remember(conditions: readonly Condition[], now: number) {
    const kept = conditions.slice(0, mostRemembered);
    if (kept.length === 0) return;
    const entries = Object.fromEntries(kept.map(({ id }) => [id, now]));
    await redis.multi().hset(key, entries).pexpire(key, keptMs).exec();
  }

  return {
    async takeTurn(ms) {
      const turn = redisKeys.notifyTurn;
      return (await redis.set(turn, "1", "PX", ms, "NX")) === "OK";
    },
    async findNews(conditions, now) {
      const told = await redis.hgetall(key);
      const holding = new Set(conditions.map(({ id }) => id));
      const over = Object.entries(told)
        .filter(
          ([id, at]) => !holding.has(id) && now - Number(at) > forgottenMs,
        )
        .map(([id]) => id);
      if (over.length > 0) await redis.hdel(key, ...over);
      await remember(
        conditions.filter(({ id }) => id in told),
        now,
      );
      return conditions.filter(({ id }) => !(id in told));
    },
    remember,
  };
}
