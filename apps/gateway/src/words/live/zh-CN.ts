import type { Translation } from "@openrouter-free-pool/shared/language/message";
import type { live as original } from "./en.ts";

export const live: Translation<typeof original> = {
  asOf: "实时，截至 {time} UTC",
  lost: "网关没有响应，正在重试",
  newest: "{title}。最新值：{values}。",
  and: "、",
};
