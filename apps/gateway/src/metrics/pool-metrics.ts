import { keyStates } from "@openrouter-free-pool/shared/api/pool-status";
import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import { clearGauge } from "@openrouter-free-pool/shared/metrics/clear-gauge";
import type { Metrics } from "@openrouter-free-pool/shared/metrics/metrics";
import { priorityNames } from "@openrouter-free-pool/shared/queue/priorities";
import type { QueueDepth } from "@openrouter-free-pool/shared/queue/queue-depth";
import { Gauge } from "prom-client";
import { describeKeys } from "../pool/keys-status.ts";
import type { PoolView, PoolWatch } from "../pool/pool-watch.ts";
import type { RedisHealth } from "../redis/redis-health.ts";

/**
 * Measures pool and queue at each scrape, from the view that the gateway has anyway. All gateways
 * of a pool report the same: take the maximum, not the sum. While Redis does not answer, these
 * figures are absent rather than outdated.
 */
export function measurePool(
  metrics: Metrics,
  deps: {
    limits: RateLimits;
    redisHealth: RedisHealth;
    poolWatch: PoolWatch;
    readQueueDepth: () => Promise<QueueDepth>;
    countCoolingModels: () => Promise<number>;
  },
): void {
  const gauges = createGauges(metrics);

  async function read() {
    const [view, depth, cooling] = await Promise.all([
      deps.poolWatch.readRecent(),
      deps.readQueueDepth(),
      deps.countCoolingModels(),
    ]);
    return view ? { view, depth, cooling } : undefined;
  }

  metrics.beforeScrape(async () => {
    const found = await deps.redisHealth
      .readInTime(read)
      .catch(() => undefined);
    for (const gauge of Object.values(gauges)) clearGauge(gauge);
    if (!found) return;
    const { view, depth, cooling } = found;
    showQueue(gauges, view, depth);
    showCapacity(gauges, view, deps.limits);
    gauges.workers.set(view.workers);
    gauges.coolingModels.set(cooling);
  });
}

type Gauges = ReturnType<typeof createGauges>;

function createGauges({ registry }: Metrics) {
  const gauge = <Label extends string = never>(
    name: string,
    help: string,
    labelNames: Label[] = [],
  ) => new Gauge({ name, help, labelNames, registers: [registry] });

  return {
    waiting: gauge(
      "orpool_queue_waiting_requests",
      "Requests that stand in line for a slot",
      ["priority"],
    ),
    headAge: gauge(
      "orpool_queue_oldest_age_seconds",
      "How long the request at the head of each line has waited",
      ["priority"],
    ),
    delayed: gauge(
      "orpool_queue_delayed_requests",
      "Requests that wait for their model, or for another try",
    ),
    active: gauge(
      "orpool_queue_active_requests",
      "Requests that workers have in hand",
    ),
    paused: gauge(
      "orpool_queue_paused",
      "Whether an operator has paused the queue",
    ),
    keys: gauge("orpool_keys", "Keys of the pool by state", ["state"]),
    accounts: gauge("orpool_accounts", "Accounts of the pool"),
    capacity: gauge(
      "orpool_slots_capacity",
      "Calls that all usable accounts may make in one window (minute)",
    ),
    used: gauge(
      "orpool_slots_used",
      "Calls that count against the limits now: of the window (minute), of the day",
      ["period"],
    ),
    left: gauge(
      "orpool_slots_left",
      "Calls that could start now (minute), that may still be made today (day)",
      ["period"],
    ),
    workers: gauge("orpool_workers", "Workers that live"),
    coolingModels: gauge(
      "orpool_cooling_models",
      "Models that are not called for a while because they were refused",
    ),
  };
}

function showQueue(gauges: Gauges, view: PoolView, depth: QueueDepth): void {
  for (const priority of priorityNames) {
    const headWaitMs = depth.headWaits.get(priority) ?? 0;
    gauges.waiting.set({ priority }, view.inLine[priority]);
    gauges.headAge.set({ priority }, headWaitMs / 1_000);
  }
  gauges.delayed.set(depth.delayed);
  gauges.active.set(view.inFlight);
  gauges.paused.set(view.isPaused ? 1 : 0);
}

function showCapacity(
  gauges: Gauges,
  view: PoolView,
  limits: RateLimits,
): void {
  const { keys, pool } = describeKeys(view, limits);
  for (const state of keyStates) gauges.keys.set({ state }, 0);
  for (const { state } of keys) gauges.keys.inc({ state });
  gauges.accounts.set(pool.accounts);
  gauges.capacity.set(pool.perMinute);
  gauges.left.set({ period: "minute" }, pool.slotsFree);
  gauges.left.set({ period: "day" }, pool.leftToday);
  let [minute, day] = [0, 0];
  for (const account of view.pool.accounts.values()) {
    minute += account.minuteUsed;
    day += account.dayUsed;
  }
  gauges.used.set({ period: "minute" }, minute);
  gauges.used.set({ period: "day" }, day);
}
