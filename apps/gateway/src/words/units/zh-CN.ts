import type { Translation } from "@openrouter-free-pool/shared/language/message";
import type { units as original } from "./en.ts";

export const units: Translation<typeof original> = {
  milliseconds: "{count} 毫秒",
  seconds: "{count} 秒",
  minute: "1 分钟",
  minutes: "{count} 分钟",
  hours: "{count} 小时",
  days: "{count} 天",
  two: "{large} {small}",
  justNow: "刚刚",
  secondsAgo: "{count} 秒前",
  minutesAgo: "{count} 分钟前",
  hoursAgo: "{count} 小时前",
  daysAgo: "{count} 天前",
  date: "{day} {clock}",
};
