import type { UsageObject } from "@openrouter-free-pool/shared/api/usage-object";
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

/**
 * Use as CSV; the columns have the same names as in JSON. Names cannot be mistaken for formulas.
 *
 * @param options `header`: whether it begins with the names of the columns.
 */
export function toUsageCsv(
  { groupBy, data }: UsageObject,
  { header }: { readonly header: boolean },
): string {
  const columns = [
    ...(["day", "client", "model"] as const).flatMap((group) =>
      groupBy.includes(group) ? names[group] : [],
    ),
    ...figures,
  ];
  return stringify(data, { header, columns, escape_formulas: true });
}
