const number = new Intl.NumberFormat("en");
const secondMs = 1_000;
const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;

/** 1234 → "1,234". */
export function formatCount(count: number): string {
  return number.format(count);
}

/** A duration in at most two units, as short as it can be read: "42 s", "3 min 20 s", "2 h 5 min". */
export function formatDuration(ms: number): string {
  if (ms < secondMs) return `${Math.round(ms)} ms`;
  if (ms < 10 * secondMs) return `${(ms / secondMs).toFixed(1)} s`;
  const rounded = ms < hourMs ? Math.ceil(ms / secondMs) * secondMs : ms;
  if (rounded < minuteMs) return `${rounded / secondMs} s`;
  if (rounded < hourMs)
    return inUnits(rounded, [minuteMs, "min"], [secondMs, "s"]);
  if (rounded < dayMs)
    return inUnits(rounded, [hourMs, "h"], [minuteMs, "min"]);
  return inUnits(rounded, [dayMs, "d"], [hourMs, "h"]);
}

/** Like {@link formatDuration}; a dash where there is nothing to tell. */
export function formatOptional(ms: number | undefined): string {
  return ms === undefined ? "–" : formatDuration(ms);
}

/** How long ago something was, roughly: "just now", "40 s ago", "3 min ago". */
export function formatAgo(ms: number): string {
  if (ms < 5 * secondMs) return "just now";
  if (ms < minuteMs) return `${Math.round(ms / secondMs)} s ago`;
  if (ms < hourMs) return `${Math.round(ms / minuteMs)} min ago`;
  if (ms < 2 * dayMs) return `${Math.round(ms / hourMs)} h ago`;
  return `${Math.round(ms / dayMs)} days ago`;
}

/** The time of day in UTC, "14:05". */
export function formatClock(time: number): string {
  return new Date(time).toISOString().slice(11, 16);
}

/** A day in UTC, "6 Dec". */
export function formatDay(time: number): string {
  return new Date(time).toLocaleDateString("en-GB", {
    day: "numeric",
    month: "short",
    timeZone: "UTC",
  });
}

/** A minute of a day in UTC, "6 Dec 14:05". */
export function formatDate(time: number): string {
  return `${formatDay(time)} ${formatClock(time)}`;
}

function inUnits(
  ms: number,
  [largeMs, large]: [number, string],
  [smallMs, small]: [number, string],
): string {
  const whole = Math.floor(ms / largeMs);
  const rest = Math.floor((ms - whole * largeMs) / smallMs);
  return rest === 0
    ? `${whole} ${large}`
    : `${whole} ${large} ${rest} ${small}`;
}
