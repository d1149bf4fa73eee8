import type { RateLimits } from "../../config/rate-limits.ts";

/** The limit that a refusal is about; `stated`: it states a time and no limit. */
export type ParkingReason = "minute" | "day" | "stated";

/** A model cools down for this long at most, whatever an answer states. */
export const longestModelCooldownMs = 3_600_000;

/** A refusal that names no limit parks an account for this long at most. */
const longestStatedMs = 3_600_000;

/** The upstream's day may end so much before or after Redis's. */
export const dayEndSpreadMs = 300_000;

/**
 * Bounds what a refusal may state, in ms. For `day` the time counts from the end of the UTC day,
 * else from now.
 */
export function longestParkingMs(
  reason: ParkingReason,
  { windowMs }: Pick<RateLimits, "windowMs">,
): number {
  switch (reason) {
    case "minute":
      return 2 * windowMs;
    case "day":
      return dayEndSpreadMs;
    case "stated":
      return longestStatedMs;
  }
}
