import { usualCosts } from "../../../scripts/model/carrying-rate.ts";
import type { DrainPlan } from "../../../scripts/model/predict-drain.ts";

const base = {
  workers: 2,
  gateways: 1,
  concurrency: 64,
  costs: usualCosts,
  jitterMs: 50,
  isCold: false,
};

/** What is predicted and measured: each is bounded by another rule, and takes so long that a busy machine does not matter. */
export const points: readonly {
  readonly name: string;
  readonly plan: DrainPlan;
}[] = [
  {
    name: "the minute: 240 requests, 3 accounts × 20 in 15 s",
    plan: {
      ...base,
      ...{ accounts: 3, requests: 240, latencyMs: 200 },
      limits: {
        ...{ perMinute: 20, windowMs: 15_000, guardMs: 300 },
        ...{ perDay: 100_000, dayMs: 86_400_000 },
      },
    },
  },
  {
    name: "calls in flight: 320 requests, 1 worker × 16, calls of 4 s, a cold model",
    plan: {
      ...base,
      ...{ accounts: 40, requests: 320, latencyMs: 4_000 },
      ...{ workers: 1, concurrency: 16, isCold: true },
      limits: {
        ...{ perMinute: 20, windowMs: 6_000, guardMs: 300 },
        ...{ perDay: 100_000, dayMs: 86_400_000 },
      },
    },
  },
  {
    name: "the day: 240 requests, 4 accounts × 20 in 5 s and 40 in 60 s",
    plan: {
      ...base,
      ...{ accounts: 4, requests: 240, latencyMs: 200, dayLeftMs: 40_000 },
      limits: {
        ...{ perMinute: 20, windowMs: 5_000, guardMs: 300 },
        ...{ perDay: 40, dayMs: 60_000 },
      },
    },
  },
];
