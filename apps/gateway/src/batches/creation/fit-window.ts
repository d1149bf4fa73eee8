import { longestWindowMs } from "./completion-window.ts";

const dayMs = 86_400_000;
/** Calls that have to be repeated, and requests of others that come later, are in no forecast. */
const margin = 2;

/**
 * The window of a batch that leaves it to the gateway: whole days, twice the time that the batch is expected to take.
 *
 * @param expectedMs undefined when nobody knows it; the window is then the longest one.
 */
export function fitWindow(expectedMs: number | undefined): string {
  const mostDays = longestWindowMs / dayMs;
  if (expectedMs === undefined) return `${mostDays}d`;
  const days = Math.ceil((margin * expectedMs) / dayMs);
  return days <= 1 ? "24h" : `${Math.min(days, mostDays)}d`;
}
