import type { ClientUse } from "@openrouter-free-pool/shared/api/client-object";
import {
  type BudgetUse,
  readBudgets,
} from "@openrouter-free-pool/shared/budgets/read-budgets";
import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { withFallback } from "@openrouter-free-pool/shared/timers/with-timeout";
import type { Redis } from "ioredis";
import type { Client } from "../records/client.ts";

/** Clients that are read at a time: Redis does nothing else meanwhile. */
const atATime = 200;
/** Nobody waits longer than this for figures of use. */
const patienceMs = 1_000;

/** How much of its limits each client with a limit uses now, by id; empty when Redis does not answer. */
export type ReadUse = (
  clients: readonly Client[],
) => Promise<ReadonlyMap<string, ClientUse>>;

/** Builds {@link ReadUse}. */
export function createReadUse(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  limits: RateLimits;
}): ReadUse {
  const { redis, redisKeys, limits } = deps;

  async function readAll(ids: readonly string[]) {
    const all = new Map<string, ClientUse>();
    for (let i = 0; i < ids.length; i += atATime) {
      const some = ids.slice(i, i + atATime);
      const read = await readBudgets(redis, redisKeys, limits, some);
      for (const [index, use] of read.entries()) {
        all.set(some[index] ?? "", toClientUse(use));
      }
    }
    return all;
  }

  return (clients) => {
    const ids = clients.filter(isLimited).map(({ id }) => id);
    const reading = readAll(ids).catch(() => new Map<string, ClientUse>());
    return withFallback(reading, patienceMs, new Map<string, ClientUse>());
  };
}

function isLimited(client: Client): boolean {
  const { perDay, perMinute, maxQueued, maxInFlight } = client;
  return [perDay, perMinute, maxQueued, maxInFlight].some(
    (limit) => limit !== null,
  );
}

function toClientUse(use: BudgetUse): ClientUse {
  const { callsToday, callsInWindow, inFlight, open, waiting } = use;
  return {
    day: callsToday,
    minute: callsInWindow,
    inFlight,
    open,
    waiting: waiting.high + waiting.normal + waiting.low,
  };
}
