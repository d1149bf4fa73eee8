/**
 * CPU time that a request takes of each kind of process, in µs. Redis, each gateway and each worker
 * use one core at most.
 */
export type Costs = {
  readonly gateway: number;
  readonly worker: number;
  readonly redis: number;
};

/** For a plain completion of a pool that works off a long line (docs/scaling.md). */
export const usualCosts: Costs = { gateway: 140, worker: 125, redis: 130 };

/** Processes that carry requests, and how long a call takes. */
export type Processes = {
  readonly gateways: number;
  readonly workers: number;
  readonly concurrency: number;
  readonly latencyMs: number;
  readonly costs: Costs;
};

/** Requests a second that each resource carries. */
export function carriedBy({
  gateways,
  workers,
  concurrency,
  latencyMs,
  costs,
}: Processes): Readonly<Record<string, number>> {
  return {
    "calls in flight": (workers * concurrency) / (latencyMs / 1_000),
    gateways: (gateways * 1_000_000) / costs.gateway,
    workers: (workers * 1_000_000) / costs.worker,
    Redis: 1_000_000 / costs.redis,
  };
}

/** Requests a second that all processes together carry, without regard to calls in flight. */
export function carryingRate(processes: Processes): number {
  const { "calls in flight": _, ...cores } = carriedBy(processes);
  return Math.min(...Object.values(cores));
}
