import type {
  KeyStatus,
  PoolStatus,
} from "@openrouter-free-pool/shared/api/pool-status";
import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import {
  countSlotsWithin,
  usableAccounts,
} from "@openrouter-free-pool/shared/key-pool/pool/capacity";
import {
  countLeftToday,
  isOutForToday,
} from "@openrouter-free-pool/shared/key-pool/pool/left-today";
import type {
  AccountState,
  KeyState,
} from "@openrouter-free-pool/shared/key-pool/pool/read-pool";
import { toSeconds } from "../errors/gateway-error.ts";
import type { PoolView } from "./pool-watch.ts";

type Use = KeyStatus["minute"];

/** The answer of `GET /api/v1/keys/status`. */
export function describeKeys(view: PoolView, limits: RateLimits): PoolStatus {
  const { pool } = view;
  const keys = pool.keys.map((key) => describeKey(key, view, limits));
  const accounts = usableAccounts(pool);
  return {
    keys,
    pool: {
      keys: keys.length,
      available: keys.filter((key) => key.available).length,
      accounts: pool.accounts.size,
      perMinute: accounts.reduce((sum, { perMinute }) => sum + perMinute, 0),
      windowMs: limits.windowMs,
      slotsFree: countSlotsWithin(pool, limits, 0),
      perDay: accounts.reduce((sum, { perDay }) => sum + perDay, 0),
      leftToday: accounts.reduce(
        (sum, account) => sum + countLeftToday(account, pool),
        0,
      ),
    },
    queue: {
      waiting: view.waiting,
      inFlight: view.inFlight,
      paused: view.isPaused,
    },
    workers: view.workers,
  };
}

function describeKey(
  key: KeyState,
  view: PoolView,
  limits: RateLimits,
): KeyStatus {
  const account = view.pool.accounts.get(key.account);
  const minute = useOfMinute(account, view, limits);
  const day = useOfDay(account, view, limits);
  const state = stateOf(key, account, minute, day);
  return {
    id: key.id,
    key: key.mask,
    account: key.account,
    state,
    available: state === "available",
    minute,
    day,
  };
}

function useOfMinute(
  account: AccountState | undefined,
  { pool }: PoolView,
  { windowMs, guardMs, ...usual }: RateLimits,
): Use {
  const limit = account?.perMinute ?? usual.perMinute;
  const used = account?.minuteUsed ?? 0;
  const oldest = account?.grantedAt[0];
  const freedAt = oldest === undefined ? 0 : oldest + windowMs + guardMs;
  const isOut = account !== undefined && isOutForToday(account, pool);
  const parkedUntil = isOut ? 0 : (account?.parked?.until ?? 0);
  const resetAt = Math.max(parkedUntil, freedAt);
  const { now } = pool;
  return {
    limit,
    used,
    remaining: parkedUntil > now ? 0 : Math.max(0, limit - used),
    resetIn: resetAt > now ? toSeconds(resetAt - now) : null,
  };
}

function useOfDay(
  account: AccountState | undefined,
  { pool }: PoolView,
  usual: RateLimits,
): KeyStatus["day"] {
  const limit = account?.perDay ?? usual.perDay;
  const used = account?.dayUsed ?? 0;
  const isOut = account !== undefined && isOutForToday(account, pool);
  const parkedUntil = isOut ? (account.parked?.until ?? 0) : 0;
  const { now, dayEndsAt } = pool;
  const resetAt = Math.max(parkedUntil, used > 0 ? dayEndsAt : 0);
  return {
    limit,
    used,
    elsewhere: account?.dayElsewhere ?? 0,
    remaining: account ? countLeftToday(account, pool) : limit,
    resetIn: resetAt > now ? toSeconds(resetAt - now) : null,
  };
}

function stateOf(
  key: KeyState,
  account: AccountState | undefined,
  minute: Use,
  day: Use,
): KeyStatus["state"] {
  switch (key.retired?.reason) {
    case undefined:
      break;
    case "invalid":
    case "key-limit":
    case "no-credit":
    case "taken-out":
      return key.retired.reason;
    default:
      return "unknown";
  }
  if (day.remaining === 0) return "day-limited";
  const parkedFor = account?.parked?.reason;
  if (parkedFor === "stated" || parkedFor === "day") return "parked";
  return minute.remaining === 0 ? "minute-limited" : "available";
}
