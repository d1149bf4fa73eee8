import {
  type UsageGroup,
  usageDays,
  usageGroups,
} from "@openrouter-free-pool/shared/api/usage-object";
import { dayOf } from "@openrouter-free-pool/shared/usage/usage-counts";
import { z } from "zod";
import { GatewayError } from "../errors/gateway-error.ts";
import { toInvalidQuery } from "../listing/page-query.ts";

const dayMs = 86_400_000;
const usualDays = 30;

const day = z.iso.date({ error: "wants a day such as 2027-01-31" }).optional();

/** The query string of usage. */
export const usageQuerySchema = z.object({
  from: day.meta({
    description: `First UTC day; without it ${usualDays - 1} days before the last one`,
  }),
  to: day.meta({ description: "Last UTC day; without it today" }),
  group_by: z
    .string()
    .max(100)
    .transform((text, context): readonly UsageGroup[] => {
      const names = text.split(",").map((name) => name.trim());
      const groups = usageGroups.filter((group) => names.includes(group));
      if (groups.length === new Set(names).size) return groups;
      context.addIssue(`wants any of ${usageGroups.join(",")}`);
      return z.NEVER;
    })
    .default([...usageGroups])
    .meta({
      description:
        "What the figures are told apart by: any of `client`, `model`, `day`, comma-separated",
    }),
  client: z.string().max(100).optional().meta({
    description: "Only this client's, by its id; a client sees its own anyway",
  }),
  format: z
    .enum(["json", "csv"])
    .optional()
    .meta({ description: "Without it as `Accept` says; JSON by default" }),
});

/** The requested use. */
export type UsageQuery = {
  /** UTC days, first and last one included. */
  readonly days: readonly string[];
  readonly groups: readonly UsageGroup[];
  /** Only this client's. */
  readonly client: string | undefined;
  readonly format: "json" | "csv" | undefined;
};

/**
 * Reads a query string.
 *
 * @param now ms since the epoch of Redis's clock.
 * @throws {GatewayError} `invalid-request`.
 */
export function readUsageQuery(query: unknown, now: number): UsageQuery {
  const parsed = usageQuerySchema.safeParse(query);
  if (!parsed.success) throw toInvalidQuery(parsed.error);
  const { group_by: groups, client, format } = parsed.data;
  const to = parsed.data.to ?? dayOf(now);
  const last = Date.parse(to);
  const from = parsed.data.from ?? dayOf(last - (usualDays - 1) * dayMs);
  const count = (last - Date.parse(from)) / dayMs + 1;
  if (count < 1) throw wrongDays("`from` must not be after `to`");
  if (count > usageDays) {
    throw wrongDays(
      `\`from\` to \`to\` must not be more than ${usageDays} days`,
    );
  }
  return { days: lastDays(count, last), groups, client, format };
}

/** So many UTC days, the last one at this time (ms since the epoch). */
export function lastDays(count: number, last: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    dayOf(last - (count - 1 - index) * dayMs),
  );
}

function wrongDays(message: string): GatewayError {
  return new GatewayError("invalid-request", message);
}
