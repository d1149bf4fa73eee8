const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Free quota is small, so a batch may take weeks; a timer of Node holds 24 days at most. */
export const longestWindowMs = 21 * unitMs.d;

/** The syntax of a window. */
export const windowForm =
  "a number and a unit (s, m, h, d) such as 24h or 7d, 21d at most, or auto";

/** Leaves the window to the gateway, which fits it to the quota. */
export const fittedWindow = "auto";

/** Reads a window such as `24h`. @returns ms; undefined when it is not of {@link windowForm}. */
export function parseCompletionWindow(text: string): number | undefined {
  const match = /^([1-9]\d{0,8})([smhd])$/.exec(text);
  if (!match) return undefined;
  const ms = Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
  return ms <= longestWindowMs ? ms : undefined;
}
