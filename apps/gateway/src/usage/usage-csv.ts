import type {
  UsageGroup,
  UsageObject,
} from "@openrouter-free-pool/shared/api/usage-object";
import { stringify } from "csv-stringify/sync";

const figures = [
  "calls",
  "answers",
  "errors",
  "promptTokens",
  "completionTokens",
  "meanWaitMs",
  "savedUsd",
] as const;
const names = {
  day: ["day"],
  client: ["client", "clientName"],
  model: ["model"],
} as const;

/** Use as CSV; the columns have the same names as in JSON. Names cannot be mistaken for formulas. */
export function toUsageCsv(
  groups: readonly UsageGroup[],
  rows: UsageObject["data"],
  { header = false } = {},
): string {
  const columns = [
    ...(["day", "client", "model"] as const).flatMap((group) =>
      groups.includes(group) ? names[group] : [],
    ),
    ...figures,
  ];
  return stringify(rows, { header, columns, escape_formulas: true });
}
