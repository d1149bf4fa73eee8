import { currentLanguage } from "@openrouter-free-pool/shared/language/current-language";
import { say } from "../words/say.ts";

/** `20,000` */
export function formatCount(count: number): string {
  return count.toLocaleString(currentLanguage());
}

/** `2d 3h`, `4h 5m`, `6m 7s`, `8s` */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ] as const;
  const first = parts.findIndex(([value]) => value > 0);
  const [large, small] = (first < 0 ? parts.slice(-1) : parts.slice(first)).map(
    ([value, unit]) => say(`batch.units.${unit}`, { count: value }),
  );
  if (large === undefined || small === undefined) return large ?? "";
  return say("batch.units.two", { first: large, second: small });
}

/** `12.3/s`, or per minute when it is slow. */
export function formatRate(perSecond: number | undefined): string {
  if (perSecond === undefined) return say("batch.perSecond", { rate: "–" });
  return perSecond >= 1
    ? say("batch.perSecond", {
        rate: perSecond.toFixed(perSecond < 10 ? 1 : 0),
      })
    : say("batch.perMinute", { rate: (perSecond * 60).toFixed(1) });
}

const locales = { en: "en-GB", "zh-CN": "zh-CN" } as const;
const date = { day: "numeric", month: "short" } as const;
const shownWithTimeMs = 2 * 86_400_000;

/**
 * A time in s since the epoch, in this machine's time zone: `6 Dec 14:20`; with the year if it is
 * another one.
 */
export function formatTime(seconds: number, now: number): string {
  return `${formatDate(seconds, now)} ${formatIn(seconds, { hour: "2-digit", minute: "2-digit" })}`;
}

/** `6 Dec`; with the time of day if it is soon. */
export function formatDay(seconds: number, now: number): string {
  return seconds * 1_000 - now < shownWithTimeMs
    ? formatTime(seconds, now)
    : formatDate(seconds, now);
}

function formatDate(seconds: number, now: number): string {
  const isThisYear =
    new Date(seconds * 1_000).getFullYear() === new Date(now).getFullYear();
  return formatIn(seconds, isThisYear ? date : { ...date, year: "numeric" });
}

function formatIn(
  seconds: number,
  options: Intl.DateTimeFormatOptions,
): string {
  return new Date(seconds * 1_000).toLocaleString(
    locales[currentLanguage()],
    options,
  );
}
