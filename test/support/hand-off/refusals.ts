import { type Fleet, type FleetWorker, limits } from "./fleet.ts";
import type { Asked, Ledger } from "./ledger.ts";

/** Refusals of accounts and models, and what they mean for grants. */
export function createRefusals(ledger: Ledger, fleet: Fleet) {
  return { parkKey, coolModel, isBarred };

  async function parkKey(
    pool: FleetWorker["pool"],
    key: FleetWorker["pool"]["keys"][number] | undefined,
    durationMs: number,
  ): Promise<void> {
    if (!key) return;
    const parking = { durationMs, reason: "minute", limit: undefined } as const;
    const askedAt = performance.now();
    const parkedMs = await pool.parkAccount(key, parking);
    ledger.parked.set(key.account, {
      from: performance.now(),
      until: askedAt + parkedMs - 1,
    });
  }

  async function coolModel(
    pool: FleetWorker["pool"],
    model: string,
    coolMs: number,
  ): Promise<void> {
    const { redis, redisKeys } = fleet;
    await pool.models.cool(model, undefined);
    const askedAt = performance.now();
    // Its steps are seconds.
    await redis.pexpire(redisKeys.modelCooldown(model), coolMs);
    ledger.cooling.set(model, {
      from: performance.now(),
      until: askedAt + coolMs - 1,
    });
  }

  /** Whether an account, or a model, may not be called at some time between two moments, or right after. */
  function isBarred(account: string, model: string, asked: Asked): boolean {
    const slackMs = 30;
    const isOver = (period: { until: number } | undefined) =>
      !period || period.until + slackMs < asked.askedAt;
    return (
      !isOver(ledger.parked.get(account)) ||
      !isOver(ledger.cooling.get(model)) ||
      ledger.retired.size > 0 ||
      isNearMidnight(asked)
    );
  }

  function isNearMidnight({ askedAt, answeredAt }: Asked): boolean {
    const { dayMs } = limits;
    const marginMs = 400;
    const first = performance.timeOrigin + askedAt - marginMs;
    const last = performance.timeOrigin + answeredAt + marginMs;
    return Math.floor(first / dayMs) !== Math.floor(last / dayMs);
  }
}
