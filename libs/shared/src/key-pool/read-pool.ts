import type { Redis } from "ioredis";
import { z } from "zod";
import type { RateLimits } from "../config/rate-limits.ts";
import type { RedisKeys } from "../redis/keys.ts";
import { loadScript, runScript } from "../redis/script.ts";

const readAccounts = loadScript(
  new URL("./read-accounts.lua", import.meta.url),
);

/** Accounts read in one script call, so that a huge pool does not block Redis. */
const batchSize = 200;

/** What Redis keeps about a key of a pool. */
export const memberSchema = z.object({ account: z.string(), mask: z.string() });
const retirementSchema = z.object({ reason: z.string(), at: z.number() });

/** What the limiter knows about one account. Times in ms since the epoch of Redis's clock. */
export type AccountState = {
  readonly account: string;
  /** Times of the grants that still count in the window, oldest first. */
  readonly grantedAt: readonly number[];
  /** What counts as used today, calls made elsewhere included. */
  readonly dayUsed: number;
  readonly dayElsewhere: number;
  /** What it may do in a window and in a day: the smaller of the operator's limit and OpenRouter's. */
  readonly perMinute: number;
  readonly perDay: number;
  readonly lastUsedAt: number | undefined;
  /** Present while OpenRouter keeps the account waiting. */
  readonly parked:
    | { readonly until: number; readonly reason: string }
    | undefined;
};

/** One key, as it may be shown. */
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

/** Reads the pools that workers used within `maxAgeMs`; it costs time by the number of keys. */
export async function readPool(
  redis: Redis,
  redisKeys: RedisKeys,
  limits: RateLimits,
  maxAgeMs: number,
): Promise<PoolSnapshot> {
  const [seconds] = await redis.time();
  const oldest = Number(seconds) * 1_000 - maxAgeMs;
  const poolIds = await redis.zrangebyscore(redisKeys.pools, oldest, "+inf");
  const members = await Promise.all(
    poolIds.map((id) => redis.hgetall(redisKeys.poolMembers(id))),
  );
  const retired = await redis.hgetall(redisKeys.retiredKeys);
  const keys = Object.entries(
    Object.assign({}, ...members) as Record<string, string>,
  )
    .map(([id, details]) => readKey(id, details, retired[id]))
    .sort(
      (a, b) => a.account.localeCompare(b.account) || a.id.localeCompare(b.id),
    );

  const names = [...new Set(keys.map((key) => key.account))];
  const accounts = new Map<string, AccountState>();
  let now = Date.now();
  for (let at = 0; at < names.length; at += batchSize) {
    const batch = names.slice(at, at + batchSize);
    const reply = (await runScript(
      redis,
      readAccounts,
      [],
      [redisKeys.accountPrefix, ...batch],
    )) as [string, ...string[][]];
    const [time, ...rows] = reply;
    now = Number(time);
    for (const [index, account] of batch.entries()) {
      accounts.set(
        account,
        readAccount(account, rows[index] ?? [], now, limits),
      );
    }
  }
  const dayEndsAt = (Math.floor(now / limits.dayMs) + 1) * limits.dayMs;
  return { now, dayEndsAt, keys, accounts };
}

function readKey(
  id: string,
  details: string,
  why: string | undefined,
): KeyState {
  const { account, mask } = memberSchema.parse(JSON.parse(details));
  const retired =
    why === undefined ? undefined : retirementSchema.parse(JSON.parse(why));
  return { id, mask, account, retired };
}

function readAccount(
  account: string,
  row: readonly string[],
  now: number,
  limits: RateLimits,
): AccountState {
  const [parkedUntil, reason = "", day, dayUsed, dayElsewhere, ...rest] = row;
  const [lastUsedAt, capPerMinute, perMinute, ...others] = rest;
  const [capPerDay, perDay, ...grants] = others;
  const isToday = Number(day || -1) === Math.floor(now / limits.dayMs);
  const until = Number(parkedUntil || 0);
  return {
    account,
    grantedAt: grants
      .map(Number)
      .filter((at) => at + limits.windowMs + limits.guardMs > now),
    dayUsed: isToday ? Number(dayUsed || 0) : 0,
    dayElsewhere: isToday ? Number(dayElsewhere || 0) : 0,
    perMinute: smallerOf(capPerMinute || limits.perMinute, perMinute),
    perDay: smallerOf(capPerDay || limits.perDay, perDay),
    lastUsedAt: lastUsedAt ? Number(lastUsedAt) : undefined,
    parked: until > now ? { until, reason } : undefined,
  };
}

/** The operator's limit, or OpenRouter's where it is known and smaller. */
function smallerOf(cap: string | number, stated: string | undefined): number {
  return stated ? Math.min(Number(cap), Number(stated)) : Number(cap);
}
