import { dayEndSpreadMs } from "../store/longest-times.ts";
import type { AccountState, PoolSnapshot } from "./read-pool.ts";

type Day = Pick<PoolSnapshot, "dayEndsAt">;

/**
 * Whether OpenRouter has said that an account's day is over: it is parked for the day, to the day's
 * end. A parking that ends earlier leaves the calls of the day: one until a time that was stated
 * otherwise, or the rest of one from yesterday where OpenRouter's day ends a little later.
 */
export function isOutForToday(
  { parked }: Pick<AccountState, "parked">,
  { dayEndsAt }: Day,
): boolean {
  return parked?.reason === "day" && parked.until >= dayEndsAt - dayEndSpreadMs;
}

/** How many calls an account may still make today, however long its minute holds them back. */
export function countLeftToday(account: AccountState, day: Day): number {
  if (isOutForToday(account, day)) return 0;
  return Math.max(0, account.perDay - account.dayUsed);
}
