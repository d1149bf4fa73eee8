import { currentLanguage } from "@openrouter-free-pool/shared/language/current-language";
import type { Language } from "@openrouter-free-pool/shared/language/languages";
import { say } from "../words/say.ts";

const dayOptions = { day: "numeric", month: "short", timeZone: "UTC" } as const;
const numbers: Record<Language, Intl.NumberFormat> = {
  en: new Intl.NumberFormat("en"),
  "zh-CN": new Intl.NumberFormat("zh-CN"),
};
const days: Record<Language, Intl.DateTimeFormat> = {
  en: new Intl.DateTimeFormat("en-GB", dayOptions),
  "zh-CN": new Intl.DateTimeFormat("zh-CN", dayOptions),
};
const secondMs = 1_000;
const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;

/** 1234 → "1,234". */
export function formatCount(count: number): string {
  return numbers[currentLanguage()].format(count);
}

/** A duration in at most two units: "42 s", "3 min 20 s", "2 h 5 min". */
export function formatDuration(ms: number): string {
  if (ms < secondMs) {
    return say("units.milliseconds", { count: Math.round(ms) });
  }
  if (ms < 10 * secondMs) {
    return say("units.seconds", { count: (ms / secondMs).toFixed(1) });
  }
  const rounded = ms < hourMs ? Math.ceil(ms / secondMs) * secondMs : ms;
  if (rounded < minuteMs) {
    return say("units.seconds", { count: rounded / secondMs });
  }
  if (rounded < hourMs) {
    return inUnits(rounded, [minuteMs, "minutes"], [secondMs, "seconds"]);
  }
  if (rounded < dayMs) {
    return inUnits(rounded, [hourMs, "hours"], [minuteMs, "minutes"]);
  }
  return inUnits(rounded, [dayMs, "days"], [hourMs, "hours"]);
}

/** A period as the noun after "a" or "in": "minute", "12 s". */
export function formatPeriod(ms: number): string {
  return ms === minuteMs ? say("units.minute") : formatDuration(ms);
}

/** Like {@link formatDuration}; a dash for undefined. */
export function formatOptional(ms: number | undefined): string {
  return ms === undefined ? "–" : formatDuration(ms);
}

/** How long ago something was, approximately: "just now", "40 s ago", "3 min ago". */
export function formatAgo(ms: number): string {
  if (ms < 5 * secondMs) return say("units.justNow");
  const whole = (unitMs: number) => ({ count: Math.round(ms / unitMs) });
  if (ms < minuteMs) return say("units.secondsAgo", whole(secondMs));
  if (ms < hourMs) return say("units.minutesAgo", whole(minuteMs));
  if (ms < 2 * dayMs) return say("units.hoursAgo", whole(hourMs));
  return say("units.daysAgo", whole(dayMs));
}

/** The time of day in UTC, "14:05". */
export function formatClock(time: number): string {
  return new Date(time).toISOString().slice(11, 16);
}

/** A day in UTC, "6 Dec". */
export function formatDay(time: number): string {
  return days[currentLanguage()].format(time);
}

/** A minute of a day in UTC, "6 Dec 14:05". */
export function formatDate(time: number): string {
  return say("units.date", { day: formatDay(time), clock: formatClock(time) });
}

type Unit = "days" | "hours" | "minutes" | "seconds";

function inUnits(
  ms: number,
  [largeMs, large]: [number, Unit],
  [smallMs, small]: [number, Unit],
): string {
  const whole = Math.floor(ms / largeMs);
  const rest = Math.floor((ms - whole * largeMs) / smallMs);
  const first = say(`units.${large}`, { count: whole });
  return rest === 0
    ? first
    : say("units.two", {
        large: first,
        small: say(`units.${small}`, { count: rest }),
      });
}
