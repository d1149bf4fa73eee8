import { readRateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import { usualCosts } from "./carrying-rate.ts";
import { describeTime } from "./describe-time.ts";
import { type DrainPlan, predictDrain } from "./predict-drain.ts";

const sizes = [3, 30, 300, 3_000, 10_000, 30_000, 100_000];
const limits = readRateLimits({
  RATE_LIMIT_PER_MINUTE: 20,
  RATE_LIMIT_PER_DAY: 200,
  RATE_LIMIT_WINDOW_MS: 60_000,
  RATE_LIMIT_DAY_MS: 86_400_000,
});
/** Time of a free model for an answer of some hundred tokens. */
const latencyMs = 3_000;
const requestsPerAccount = 100;
const concurrency = 512;
/** Share of a core that is planned for; the rest is reserved for peaks. */
const utilization = 0.6;
/**
 * No pool is made larger: its gateways repeatedly read the state of all accounts, see
 * docs/scaling.md.
 */
export const mostAccountsInPool = 10_000;

/**
 * A table in Markdown: what pools of growing size need, and how long they take for 100 requests per
 * account.
 */
export function describePools(): string {
  const rows = sizes.map((accounts) => {
    const pools = Math.ceil(accounts / mostAccountsInPool);
    const plan = planPool(Math.ceil(accounts / pools));
    const rate = callRate(plan.accounts);
    const prediction = predictDrain(plan);
    return [
      accounts.toLocaleString("en"),
      callRate(accounts).toFixed(accounts < 300 ? 1 : 0),
      String(pools),
      String(plan.gateways),
      String(plan.workers),
      `${((rate * usualCosts.redis) / 10_000).toFixed(rate < 100 ? 1 : 0)} %`,
      (accounts * requestsPerAccount).toLocaleString("en"),
      describeTime(prediction.drainMs),
      describeTime(prediction.waitP50Ms),
      describeTime(prediction.waitP95Ms),
    ];
  });
  const head = [
    ...["accounts", "calls a second", "pools", "gateways in each", "workers"],
    ...["Redis, of a core", "requests", "drained in", "wait p50", "p95"],
  ];
  return [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

/** A pool with as many processes as its accounts' calls need. */
function planPool(accounts: number): DrainPlan {
  const rate = callRate(accounts);
  const processes = (micros: number) =>
    Math.ceil((rate * micros) / (utilization * 1_000_000));
  const inFlight = Math.ceil((rate * latencyMs) / 1_000 / concurrency);
  return {
    accounts,
    requests: accounts * requestsPerAccount,
    gateways: processes(usualCosts.gateway),
    workers: Math.max(processes(usualCosts.worker), inFlight),
    ...{
      concurrency,
      limits,
      costs: usualCosts,
      latencyMs,
      jitterMs: 0,
      isCold: false,
    },
  };
}

function callRate(accounts: number): number {
  return (accounts * limits.perMinute * 1_000) / limits.windowMs;
}
