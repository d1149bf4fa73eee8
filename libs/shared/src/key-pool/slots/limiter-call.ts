import type { RateLimits } from "../../config/rate-limits.ts";
import { queueKeys } from "../../queue/bullmq/queue-keys.ts";
import type { PoolMembers } from "../keys/pool-members.ts";
import { accountTtlMs, poolTtlMs } from "../store/lifetimes.ts";
import type { PoolStore } from "../store/pool-store.ts";

/** The input of a script of the limiter. */
export type LimiterCall = {
  readonly members: PoolMembers;
  /** The first KEYS of the script, as `limiter.lua` reads them. */
  readonly keys: readonly string[];
  /** The first ARGV of the script, likewise. */
  readonly args: readonly (string | number)[];
  /** How long after a grant the call may be sent, in ms. */
  readonly usableMs: number;
  /** A call with a slot that is granted must be sent before this, in ms of `performance.now()`. */
  readonly usableUntil: number;
};

/** Prepares a call that is sent at once, for grants that may be used for `usableMs`. */
export function prepareLimiterCall(
  { redisKeys }: Pick<PoolStore, "redisKeys">,
  limits: RateLimits,
  members: PoolMembers,
  options: {
    readonly usableMs: number;
    /** Whether gone models are passed over, and unproven ones called once before many times. */
    readonly checksModels: boolean;
  },
): LimiterCall {
  const { id } = members;
  const { usableMs } = options;
  return {
    members,
    keys: [
      redisKeys.poolIdle(id),
      redisKeys.poolBusy(id),
      redisKeys.poolRotation(id),
      redisKeys.poolMembers(id),
    ],
    args: [
      redisKeys.accountPrefix,
      redisKeys.modelPrefix,
      redisKeys.gatewayPrefix,
      redisKeys.cancelledPrefix,
      limits.perMinute,
      limits.perDay,
      limits.windowMs,
      limits.dayMs,
      limits.guardMs,
      poolTtlMs,
      accountTtlMs,
      usableMs,
      options.checksModels ? 1 : 0,
      redisKeys.clients,
      redisKeys.clientPrefix,
      queueKeys(redisKeys).jobPrefix,
    ],
    usableMs,
    // The script runs later than this.
    usableUntil: performance.now() + usableMs,
  };
}
