import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import {
  loadScript,
  runScript,
} from "@openrouter-free-pool/shared/redis/script";
import type { Redis } from "ioredis";
import { type Delivery, deliverySchema } from "./event.ts";

const publishScript = loadScript(
  new URL("./publish-event.lua", import.meta.url),
);
const takeScript = loadScript(new URL("./take-due.lua", import.meta.url));

/** Events that may wait for their receivers, in the whole installation. */
const mostDue = 10_000;
/** An event is remembered for longer than it is tried, so that it is sent once. */
const ttlMs = 7 * 86_400_000;
/** Longer than one try takes: then another gateway sends what a gateway took. */
const leaseMs = 60_000;
/** Events that one gateway sends at a time. */
const takenAtATime = 20;

/** The events that are to be sent, in Redis. */
export type EventStore = {
  publish(event: Delivery): Promise<"published" | "known" | "full">;
  /** Takes events to send; each is another gateway's if it is not settled in time. */
  takeDue(): Promise<Delivery[]>;
  /** It was sent, or is given up. */
  settle(id: string): Promise<void>;
  /** It was sent in vain, and is due again. */
  postpone(event: Delivery, pauseMs: number): Promise<void>;
};

/** Builds {@link EventStore}. */
export function createEventStore(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  clock: RedisClock;
}): EventStore {
  const { redis, redisKeys, clock } = deps;
  const due = redisKeys.webhooksDue;

  return {
    async publish(event) {
      const keys = [redisKeys.webhook(event.id), due];
      const outcome = await runScript(redis, publishScript, keys, [
        event.id,
        JSON.stringify(event),
        clock.now(),
        ttlMs,
        mostDue,
      ]);
      return outcome as "published" | "known" | "full";
    },
    async takeDue() {
      const args = [clock.now(), leaseMs, takenAtATime];
      const ids = (await runScript(redis, takeScript, [due], args)) as string[];
      const found: Delivery[] = [];
      for (const id of ids) {
        const text = await redis.get(redisKeys.webhook(id));
        if (text === null) await redis.zrem(due, id);
        else found.push(deliverySchema.parse(JSON.parse(text)));
      }
      return found;
    },
    async settle(id) {
      await redis.zrem(due, id);
    },
    async postpone(event, pauseMs) {
      await redis
        .multi()
        .set(redisKeys.webhook(event.id), JSON.stringify(event), "KEEPTTL")
        .zadd(due, "XX", clock.now() + pauseMs, event.id)
        .exec();
    },
  };
}
