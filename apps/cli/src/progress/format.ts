const whole = new Intl.NumberFormat("en");

/** `20,000` */
export function formatCount(count: number): string {
  return whole.format(count);
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
  if (first < 0) return "0s";
  return parts
    .slice(first, first + 2)
    .map(([value, unit]) => `${value}${unit}`)
    .join(" ");
}

/** `12.3/s`, or by the minute when it is slow. */
export function formatRate(perSecond: number | undefined): string {
  if (perSecond === undefined) return "–/s";
  return perSecond >= 1
    ? `${perSecond.toFixed(perSecond < 10 ? 1 : 0)}/s`
    : `${(perSecond * 60).toFixed(1)}/min`;
}
