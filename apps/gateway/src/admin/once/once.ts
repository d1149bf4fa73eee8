import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";

/** A gateway that dies while it acts holds up the next one for so long, in ms; one that lives renews its mark. */
const usualMarkMs = 15_000;
/** Who comes so soon after the end has clicked twice, in ms. */
const sameClickMs = 2_000;
const pollMs = 50;
const running = "";

/**
 * Does something that must not be done twice: who asks for it while it is under way, or just after it, gets what came of
 * it the first time. At all gateways.
 *
 * @param what names the thing and its target.
 * @param run its result must be JSON; when it throws, the next one tries again.
 */
export type Once = <T>(what: string, run: () => Promise<T>) => Promise<T>;

/** Builds {@link Once}. @param deps.markMs how long a mark counts unless it is renewed. */
export function createOnce(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  markMs?: number;
}): Once {
  const { redis, redisKeys, markMs = usualMarkMs } = deps;

  /** Results that Redis did not take, as long as their marks last. */
  const unwritten = new Map<string, unknown>();

  return async function once<T>(what: string, run: () => Promise<T>) {
    const digest = createHash("sha256").update(what).digest("hex");
    const key = redisKeys.onceDone(digest);
    for (;;) {
      if (await redis.set(key, running, "PX", markMs, "NX")) break;
      if (unwritten.has(key)) return unwritten.get(key) as T;
      const outcome = await redis.get(key);
      if (outcome) return (JSON.parse(outcome) as { value: T }).value;
      await sleep(pollMs);
    }
    const renewing = setInterval(
      () => redis.pexpire(key, markMs).catch(() => undefined),
      markMs / 3,
    );
    let value: T;
    try {
      value = await run();
    } catch (error) {
      await redis.del(key).catch(() => undefined);
      throw error;
    } finally {
      clearInterval(renewing);
    }
    // It is done, also where a full Redis does not take note of it.
    await redis
      .set(key, JSON.stringify({ value }), "PX", sameClickMs)
      .catch(() => {
        unwritten.set(key, value);
        setTimeout(() => unwritten.delete(key), markMs).unref();
      });
    return value;
  };
}
