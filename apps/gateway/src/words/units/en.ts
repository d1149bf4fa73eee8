/** Durations. The pages' scripts use them as well. */
export const units = {
  milliseconds: "{count} ms",
  seconds: "{count} s",
  minute: "minute",
  minutes: "{count} min",
  hours: "{count} h",
  days: "{count} d",
  two: "{large} {small}",
  justNow: "just now",
  secondsAgo: "{count} s ago",
  minutesAgo: "{count} min ago",
  hoursAgo: "{count} h ago",
  daysAgo: "{count} days ago",
  date: "{day} {clock}",
} as const;
