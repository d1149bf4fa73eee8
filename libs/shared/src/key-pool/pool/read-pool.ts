import type { Redis } from "ioredis";
import { z } from "zod";
import type { RateLimits } from "../../config/rate-limits.ts";
import type { RedisKeys } from "../../redis/keys.ts";
import { readRedisClock } from "../../redis/redis-clock.ts";
import { loadScript, runScript } from "../../redis/script.ts";

const readAccounts = loadScript(
  new URL("./read-accounts.lua", import.meta.url),
);

/** Accounts read in one script call, so that a large pool does not block Redis. */
const batchSize = 200;

/** The fields read of an account's hash; see `take-slot.lua`. */
const accountFields = [
  "parkedUntil",
  "parkedReason",
  "day",
  "dayUsed",
  "dayElsewhere",
  "lastUsedAt",
  "capPerMinute",
  "perMinute",
  "perMinuteUntil",
  "capPerDay",
  "perDay",
  "perDayUntil",
] as const;
type AccountField = (typeof accountFields)[number];
type AccountRow = [values: string[], calls: number, grants: string[]];

/** What Redis stores about a key of a pool. */
export const memberSchema = z.object({ account: z.string(), mask: z.string() });
const retirementSchema = z.object({ reason: z.string(), at: z.number() });

/** The limiter's state of one account. Times in ms since the epoch of Redis's clock. */
export type AccountState = {
  readonly account: string;
  /** How many calls count in the window. */
  readonly minuteUsed: number;
  /**
   * The latest times at which these calls can have been sent, oldest first. They can be a little later than `now`.
   * Of many calls only some times are known, at equal distances from the oldest to the newest.
   */
  readonly grantedAt: readonly number[];
  /** The use of today, calls made elsewhere included. */
  readonly dayUsed: number;
  readonly dayElsewhere: number;
  /** Its limits in a window and a day: the smaller of the operator's and OpenRouter's. */
  readonly perMinute: number;
  readonly perDay: number;
  readonly lastUsedAt: number | undefined;
  /** Present while the account is parked. */
  readonly parked:
    | { readonly until: number; readonly reason: string }
    | undefined;
};

/** One key, without its secret. */
export type KeyState = {
  readonly id: string;
  readonly mask: string;
  readonly account: string;
  /** Present while the key is out of use. */
  readonly retired:
    | { readonly reason: string; readonly at: number }
    | undefined;
};

/** All pools at one moment. */
export type PoolSnapshot = {
  /** Redis's clock, ms since the epoch. */
  readonly now: number;
  /** Start of the next day, ms since the epoch. */
  readonly dayEndsAt: number;
  readonly keys: readonly KeyState[];
  readonly accounts: ReadonlyMap<string, AccountState>;
};

/** Keys that are out of use, in any pool, by their id. */
export async function readRetirements(
  redis: Redis,
  redisKeys: RedisKeys,
): Promise<ReadonlyMap<string, NonNullable<KeyState["retired"]>>> {
  const retired = await redis.hgetall(redisKeys.retiredKeys);
  return new Map(
    Object.entries(retired).map(([id, why]) => [
      id,
      retirementSchema.parse(JSON.parse(why)),
    ]),
  );
}

/** Reads the pools that workers used within `maxAgeMs`; its cost grows with the number of keys. */
export async function readPool(
  redis: Redis,
  redisKeys: RedisKeys,
  limits: RateLimits,
  maxAgeMs: number,
): Promise<PoolSnapshot> {
  let now = await readRedisClock(redis);
  const oldest = now - maxAgeMs;
  const poolIds = await redis.zrangebyscore(redisKeys.pools, oldest, "+inf");
  const members = await Promise.all(
    poolIds.map((id) => redis.hgetall(redisKeys.poolMembers(id))),
  );
  const [retired, moved] = await Promise.all([
    readRetirements(redis, redisKeys),
    redis.hgetall(redisKeys.movedKeys),
  ]);
  const keys = Object.entries(
    Object.assign({}, ...members) as Record<string, string>,
  )
    .map(([id, details]) => readKey(id, details, retired.get(id)))
    .map((key) => ({ ...key, account: moved[key.id] ?? key.account }))
    .sort(
      (a, b) => a.account.localeCompare(b.account) || a.id.localeCompare(b.id),
    );

  const names = [...new Set(keys.map((key) => key.account))];
  const accounts = new Map<string, AccountState>();
  for (let at = 0; at < names.length; at += batchSize) {
    const batch = names.slice(at, at + batchSize);
    const reply = (await runScript(
      redis,
      readAccounts,
      [redisKeys.pools],
      [
        redisKeys.accountPrefix,
        accountFields.join(","),
        limits.windowMs + limits.guardMs,
        ...batch,
      ],
    )) as [string, ...AccountRow[]];
    const [time, ...rows] = reply;
    now = Number(time);
    for (const [index, account] of batch.entries()) {
      const row = rows[index] ?? [[], 0, []];
      accounts.set(account, readAccount(account, row, now, limits));
    }
  }
  const dayEndsAt = (Math.floor(now / limits.dayMs) + 1) * limits.dayMs;
  return { now, dayEndsAt, keys, accounts };
}

function readKey(
  id: string,
  details: string,
  retired: KeyState["retired"],
): KeyState {
  const { account, mask } = memberSchema.parse(JSON.parse(details));
  return { id, mask, account, retired };
}

function readAccount(
  account: string,
  [values, minuteUsed, grants]: AccountRow,
  now: number,
  limits: RateLimits,
): AccountState {
  const numberOf = (field: AccountField) =>
    Number(values[accountFields.indexOf(field)] || 0);
  const isToday = numberOf("day") === Math.floor(now / limits.dayMs);
  const lowerTo = (cap: number, stated: number, until: number) =>
    until > now ? Math.min(cap, stated) : cap;
  const until = numberOf("parkedUntil");
  const reason = values[accountFields.indexOf("parkedReason")] ?? "";
  return {
    account,
    minuteUsed,
    grantedAt: grants.map(Number),
    dayUsed: isToday ? numberOf("dayUsed") : 0,
    dayElsewhere: isToday ? numberOf("dayElsewhere") : 0,
    perMinute: lowerTo(
      numberOf("capPerMinute") || limits.perMinute,
      numberOf("perMinute"),
      numberOf("perMinuteUntil"),
    ),
    perDay: lowerTo(
      numberOf("capPerDay") || limits.perDay,
      numberOf("perDay"),
      numberOf("perDayUntil"),
    ),
    lastUsedAt: numberOf("lastUsedAt") || undefined,
    parked: until > now ? { until, reason } : undefined,
  };
}
