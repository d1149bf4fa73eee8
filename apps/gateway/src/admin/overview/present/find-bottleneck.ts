import { describeObstacle } from "@openrouter-free-pool/shared/api/describe-obstacle";
import { findProbeFailure } from "@openrouter-free-pool/shared/key-pool/keys/probe-results";
import type { Overview } from "../read/read-overview.ts";

/** What keeps requests waiting. */
export type Bottleneck =
  | "no-worker"
  | "paused"
  /** No key works, or no worker has one. */
  | "no-key"
  /** The latest probe of each key got no answer from OpenRouter. */
  | "unreachable"
  /** Today's calls are used up. */
  | "day"
  /** Slots are free, and the workers have as many calls in flight as they may. */
  | "workers-full"
  /** What is on the queue waits for models that cool down. */
  | "model"
  /** More calls are waiting than today's budget allows. */
  | "quota"
  /** All slots of the minute are used. */
  | "minute";

/** What {@link findBottleneck} needs to know. */
type BottleneckFacts = Pick<
  Overview,
  "view" | "status" | "workers" | "cooling" | "left" | "probes"
>;

/** Finds what limits the calls that can be made; undefined when nothing waits. */
export function findBottleneck(facts: BottleneckFacts): Bottleneck | undefined {
  const { view, status, workers, cooling, left, probes } = facts;
  if (workers.length === 0) return "no-worker";
  if (view.isPaused) return "paused";
  if (describeObstacle({ keys: status.keys, workers: workers.length })) {
    return "no-key";
  }
  const ids = status.keys.map(({ id }) => id);
  if (findProbeFailure(probes, ids)) return "unreachable";
  if (status.pool.leftToday === 0) return "day";
  if (left.requests + left.lines === 0) return undefined;
  const isInLine = Object.values(view.inLine).some((count) => count > 0);
  if (view.waiting > view.held && !isInLine && cooling.length > 0)
    return "model";
  if (isInLine && status.pool.slotsFree > 0 && areFull(workers)) {
    return "workers-full";
  }
  if (left.requests + left.lines > status.pool.leftToday) return "quota";
  return status.pool.slotsFree === 0 ? "minute" : undefined;
}

/** By each worker's latest heartbeat. */
function areFull(workers: Overview["workers"]): boolean {
  return workers.every(
    ({ details }) => details && details.inFlight >= details.concurrency,
  );
}
