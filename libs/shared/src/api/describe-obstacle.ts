import { sayShared } from "../language/shared-words.ts";
import { whyBroken } from "./broken-key.ts";
import type { KeyStatus, PoolStatus } from "./pool-status.ts";

/**
 * Why the pool makes no calls and cannot recover by itself: `no key works (3 of 3: 401)`.
 *
 * @returns undefined when there is no such reason.
 */
export function describeObstacle({
  keys,
  workers,
  queue,
}: {
  readonly keys: readonly Pick<KeyStatus, "state">[];
  readonly workers: PoolStatus["workers"];
  /** Absent: whether it is paused does not matter. */
  readonly queue?: { readonly paused?: boolean | undefined };
}): string | undefined {
  if (workers === 0) return sayShared("obstacle.noWorker");
  if (keys.length === 0) return sayShared("obstacle.noKey");
  if (queue?.paused) return sayShared("obstacle.paused");
  const reasons = keys.flatMap(({ state }) => whyBroken(state) ?? []);
  if (reasons.length < keys.length) return undefined;
  const kinds = [...new Set(reasons)].sort();
  return sayShared("obstacle.noneWorks", {
    count: keys.length,
    reasons: kinds.join(sayShared("obstacle.comma")),
  });
}
