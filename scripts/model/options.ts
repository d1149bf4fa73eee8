import { parseArgs } from "node:util";
import { readRateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import { usualCosts } from "./carrying-rate.ts";
import type { DrainPlan } from "./predict-drain.ts";

/** Options of the command line: default and bounds of each number. */
const numbers = {
  accounts: { default: 3, least: 1, most: 1_000_000 },
  requests: { default: 150, least: 1, most: 20_000_000 },
  workers: { default: 1, least: 1, most: 10_000 },
  gateways: { default: 1, least: 1, most: 10_000 },
  concurrency: { default: 64, least: 1, most: 100_000 },
  "per-minute": { default: 20, least: 1, most: 1_000_000 },
  "per-day": { default: 200, least: 1, most: 1_000_000_000 },
  "day-used": { default: 0, least: 0, most: 1_000_000_000 },
  "day-left-hours": { default: 24, least: 0, most: 24 },
  "latency-ms": { default: 3_000, least: 1, most: 3_600_000 },
  "jitter-ms": { default: 0, least: 0, most: 3_600_000 },
  "gateway-us": { default: usualCosts.gateway, least: 1, most: 10_000_000 },
  "worker-us": { default: usualCosts.worker, least: 1, most: 10_000_000 },
  "redis-us": { default: usualCosts.redis, least: 1, most: 10_000_000 },
  "over-seconds": { default: 0, least: 0, most: 31_536_000 },
} as const;

type NumberName = keyof typeof numbers;

/** The text of `--help`. */
export const usage = `npm run model:drain -- [options]

Predicts how long a pool takes for requests that come at once.

${Object.entries(numbers)
  .map(
    ([name, { default: value }]) =>
      `  --${name.padEnd(16)} ${String(value).padStart(6)}`,
  )
  .join("\n")}
  --cold             the model was not called within the last hour
  --table            a table of pools up to 100,000 accounts instead
`;

/** The options that were given. */
export type ModelOptions =
  | { readonly kind: "help" }
  | { readonly kind: "table" }
  | { readonly kind: "plan"; readonly plan: DrainPlan };

/** Reads the command line. @throws {Error} that names the wrong option. */
export function readOptions(args: readonly string[]): ModelOptions {
  const names = Object.keys(numbers) as NumberName[];
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(
        names.map((name) => [name, { type: "string" as const }]),
      ),
      cold: { type: "boolean" },
      table: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return { kind: "help" };
  if (values.table) return { kind: "table" };
  const given = values as Partial<Record<NumberName, string>>;
  const of = (name: NumberName) => readNumber(name, given[name]);
  return {
    kind: "plan",
    plan: {
      accounts: of("accounts"),
      requests: of("requests"),
      workers: of("workers"),
      gateways: of("gateways"),
      concurrency: of("concurrency"),
      costs: {
        gateway: of("gateway-us"),
        worker: of("worker-us"),
        redis: of("redis-us"),
      },
      limits: readRateLimits({
        RATE_LIMIT_PER_MINUTE: of("per-minute"),
        RATE_LIMIT_PER_DAY: of("per-day"),
        RATE_LIMIT_WINDOW_MS: 60_000,
        RATE_LIMIT_DAY_MS: 86_400_000,
      }),
      dayLeftMs: of("day-left-hours") * 3_600_000,
      dayUsed: of("day-used"),
      latencyMs: of("latency-ms"),
      jitterMs: of("jitter-ms"),
      overMs: of("over-seconds") * 1_000,
      isCold: values.cold === true,
    },
  };
}

function readNumber(name: NumberName, text: string | undefined): number {
  const { default: byDefault, least, most } = numbers[name];
  if (text === undefined) return byDefault;
  const value = Number(text);
  if (text.trim() !== "" && value >= least && value <= most) return value;
  throw new Error(`--${name} is "${text}"; it wants ${least} to ${most}`);
}
