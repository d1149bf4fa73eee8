import type { BatchForecast } from "@openrouter-free-pool/shared/api/batch-object";
import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import { usableAccounts } from "@openrouter-free-pool/shared/key-pool/pool/capacity";
import { coalesce } from "@openrouter-free-pool/shared/timers/coalesce";
import { withTimeout } from "@openrouter-free-pool/shared/timers/with-timeout";
import type { Logger } from "pino";
import type { PoolView, PoolWatch } from "../../pool/pool-watch.ts";
import { type BatchOwners, batchShare } from "../execution/batch-share.ts";
import type { BatchRecord } from "../records/batch-record.ts";
import type { BatchBacklog, BatchStore } from "../records/batch-store.ts";
import { countCallsLeft } from "../records/calls-left.ts";
import { forecastBatch } from "./forecast-batch.ts";
import { planDays } from "./plan-days.ts";

/** Requests within this time share one reading of the open batches. */
const freshMs = 1_000;
/** No answer waits longer than this for its forecast. */
const patienceMs = 500;

/** Reads the input of forecasts; the returned function forecasts any number of batches. */
export type ReadForecasts = () => Promise<
  (batch: BatchRecord) => BatchForecast
>;

/** Builds {@link ReadForecasts}. It reads Redis at most once a second, and never throws. */
export function createReadForecasts(deps: {
  batches: Pick<BatchStore, "readBacklogs">;
  poolWatch: PoolWatch;
  weightOf: (owner: string | undefined) => number;
  /** How long so many calls wait for their client's own budget, in ms, as far as is known. */
  budgetWaitOf: (client: string, calls: number) => number;
  limits: RateLimits;
  /** The day on which a model is withdrawn (`YYYY-MM-DD`), if known. */
  findExpiration: (model: string) => string | undefined;
  logger: Logger;
}): ReadForecasts {
  const { batches, poolWatch, limits, logger } = deps;
  const readShared = coalesce(() => batches.readBacklogs(), freshMs);
  const describePool = createDescribePool(limits);

  async function readBacklogs(): Promise<readonly BatchBacklog[]> {
    try {
      return await withTimeout(readShared(), patienceMs);
    } catch (error) {
      // The batch itself was asked for; its forecast is only an estimate.
      logger.debug({ err: error }, "Reading the open batches failed");
      return [];
    }
  }

  return async function readForecasts() {
    const [view, backlogs] = await Promise.all([
      poolWatch.readRecent(),
      readBacklogs(),
    ]);
    const outlook = {
      ...describePool(view),
      backlogs,
      shareOf: createShareOf(backlogs.map(({ owner }) => owner)),
      whenAffordable: (owner: string | undefined, count: number) =>
        (view?.pool.now ?? 0) +
        (owner === undefined ? 0 : deps.budgetWaitOf(owner, count)),
    };
    return (batch) => {
      const { id, owner } = batch;
      const calls = countCallsLeft(batch);
      const forecast = forecastBatch({ id, owner, calls }, outlook);
      const ending = findEnding(batch, forecast);
      return ending.length > 0
        ? { ...forecast, ending_models: ending }
        : forecast;
    };
  };

  function createShareOf(owners: BatchOwners) {
    const { weightOf } = deps;
    return (owner: string | undefined) =>
      batchShare(owner, { owners, weightOf, isHeld: () => false });
  }

  /** The batch's models that are withdrawn before the batch ends. */
  function findEnding(
    { models = [] }: BatchRecord,
    { ends_at: endsAt }: BatchForecast,
  ): NonNullable<BatchForecast["ending_models"]> {
    if (endsAt === null) return [];
    return models.flatMap((id) => {
      const day = deps.findExpiration(id);
      const isBefore = day !== undefined && Date.parse(day) / 1_000 < endsAt;
      return isBefore ? [{ id, expiration_date: day }] : [];
    });
  }
}

/** Plans the pool's days, once for each view of the pool: a large pool takes time. */
function createDescribePool(limits: RateLimits) {
  let described: PoolView | undefined;
  let figures = describeView(undefined, limits);
  return (view: PoolView | undefined) => {
    if (view !== described) {
      described = view;
      figures = describeView(view, limits);
    }
    return figures;
  };
}

function describeView(view: PoolView | undefined, limits: RateLimits) {
  const accounts = view ? usableAccounts(view.pool) : [];
  const perDay = accounts.reduce((sum, account) => sum + account.perDay, 0);
  return {
    whenCalled: view && planDays(view.pool, limits),
    callsPerAccountDay:
      accounts.length === 0 ? limits.perDay : perDay / accounts.length,
    waiting: view?.waiting ?? 0,
    waitingLow: view?.inLine.low ?? 0,
  };
}
