import type { ApiKey } from "./api-key.ts";
import type { PoolMembers } from "./pool-members.ts";

/** Whom a slot is for. */
export type SlotRequest = {
  readonly jobId: string;
  readonly gatewayId: string;
  readonly model: string;
};

/** What the limiter says. Times in ms from now. */
export type Acquisition =
  /** `nextSlotMs` is when another slot is free: 0 now, -1 not by itself. */
  | {
      readonly kind: "granted";
      readonly key: ApiKey;
      readonly nextSlotMs: number;
      /** Accounts that have a free slot now. */
      readonly freeAccounts: number;
      /** Jobs that wait for one. */
      readonly waiting: number;
      /** Whether no other job is in the queue. */
      readonly isLastInLine: boolean;
    }
  | { readonly kind: "busy"; readonly retryAfterMs: number }
  | { readonly kind: "model-cooling"; readonly retryAfterMs: number }
  /** The gateway that waits for the job has lost its connection, and perhaps its life. */
  | { readonly kind: "gateway-away"; readonly retryAfterMs: number }
  /** The client has gone. */
  | { readonly kind: "cancelled" }
  /** The gateway that waits for the job has gone. */
  | { readonly kind: "orphaned" }
  | { readonly kind: "no-usable-key" };

/**
 * Reads what `acquire.lua` said.
 *
 * @throws {Error} when it granted a key that the pool does not have.
 */
export function readAcquisition(
  { keysById }: PoolMembers,
  reply: readonly unknown[],
): Acquisition {
  const [kind, first, keyId, nextSlotMs, ...queue] = reply;
  const [freeAccounts, waiting, isLastInLine] = queue;
  switch (kind) {
    case "granted": {
      const key = keysById.get(String(keyId));
      if (!key)
        throw new Error(`Redis granted a key that is not ours: ${keyId}`);
      return {
        kind,
        key,
        nextSlotMs: Number(nextSlotMs),
        freeAccounts: Number(freeAccounts),
        waiting: Number(waiting),
        isLastInLine: isLastInLine === 1,
      };
    }
    case "busy":
    case "model-cooling":
    case "gateway-away":
      return { kind, retryAfterMs: Number(first) };
    case "cancelled":
    case "orphaned":
    case "no-usable-key":
      return { kind };
    // Nothing to register: the worker holds no key.
    case "unregistered":
      return { kind: "no-usable-key" };
    default:
      throw new Error(`acquire.lua answered ${String(kind)}`);
  }
}
