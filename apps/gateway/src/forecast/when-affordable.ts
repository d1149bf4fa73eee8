import type { ClientSettings } from "@openrouter-free-pool/shared/api/client-object";
import type { BudgetUse } from "@openrouter-free-pool/shared/budgets/read-budgets";
import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";

/** The limits of a client that make its requests wait for a predictable time. */
type Budget = Pick<ClientSettings, "perDay" | "perMinute">;

/** When a client's budget has room. */
export type Affordable = {
  /** In ms from the time at which the use was read. */
  readonly afterMs: number;
  /** Whether it is the budget of the day that makes it wait. */
  readonly isDaySpent: boolean;
};

/** When a client's budget allows its `place`-th call from now (1 is the next one), regardless of the pool. */
export function whenAffordable(
  { perDay, perMinute }: Budget,
  use: BudgetUse,
  limits: Pick<RateLimits, "windowMs" | "dayMs">,
  place: number,
): Affordable {
  const leftToday = Math.max(0, (perDay ?? Infinity) - use.callsToday);
  if (place <= leftToday) {
    const afterMs = perMinute === null ? 0 : inWindows(perMinute, place);
    return { afterMs, isDaySpent: false };
  }
  const afterToday = place - leftToday;
  const daysLater = Math.ceil(afterToday / (perDay ?? Infinity)) - 1;
  const ofLastDay = afterToday - daysLater * (perDay ?? 0);
  // A new day begins with a nearly free window.
  const windows =
    perMinute === null ? 0 : Math.floor((ofLastDay - 1) / perMinute);
  const afterMs =
    use.dayEndsAt -
    use.now +
    daysLater * limits.dayMs +
    windows * limits.windowMs;
  return { afterMs, isDaySpent: true };

  /** Each call makes room for another one a window later. */
  function inWindows(perWindow: number, nth: number): number {
    const { callsInWindow, callTimes, now } = use;
    const free = Math.max(0, perWindow - callsInWindow);
    // Calls beyond the limit make no room.
    const beyond = Math.max(0, callsInWindow - perWindow);
    const earlierMs = Math.floor((nth - 1) / perWindow) * limits.windowMs;
    const ofWindow = (nth - 1) % perWindow;
    if (ofWindow < free) return earlierMs;
    const sentAt = callTimes[beyond + ofWindow - free] ?? now;
    return Math.max(0, sentAt + limits.windowMs - now) + earlierMs;
  }
}
