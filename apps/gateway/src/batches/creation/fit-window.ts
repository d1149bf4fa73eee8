import { longestWindowMs } from "./completion-window.ts";

const dayMs = 86_400_000;
/** Forecasts do not know repeated calls, and requests of others that come later. */
const margin = 2;

/**
 * The window of a batch that leaves it to the gateway: whole days, twice the expected time.
 *
 * @param expectedMs undefined when unknown; the window is then the longest one.
 */
export function fitWindow(expectedMs: number | undefined): string {
  const mostDays = longestWindowMs / dayMs;
  if (expectedMs === undefined) return `${mostDays}d`;
  const days = Math.ceil((margin * expectedMs) / dayMs);
  return days <= 1 ? "24h" : `${Math.min(days, mostDays)}d`;
}
