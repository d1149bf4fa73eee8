import type { Acquisition } from "@openrouter-free-pool/shared/key-pool/acquisition";

/** A slot that was taken: one call may be sent with its key. */
export type Grant = Extract<Acquisition, { kind: "granted" }>;

/** Gives back the slot of a call that surely was not sent. */
export type GiveSlotBack = (grant: Grant) => Promise<void>;

/**
 * Builds {@link GiveSlotBack}: the only place where a worker gives a slot back.
 * The limiter cannot take a slot back yet: it stays counted, which is safe.
 */
export function createGiveSlotBack(): GiveSlotBack {
  return async function giveSlotBack() {};
}
