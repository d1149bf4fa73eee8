import type { KeyStatus } from "@openrouter-free-pool/shared/api/pool-status";

/** The use of a limit, as the bar of the page shows it. */
export function presentUse(use: KeyStatus["minute"]) {
  const limit = Math.max(use.limit, use.used);
  const isSpent = use.remaining === 0;
  return {
    used: use.used,
    limit,
    tone: isSpent ? "spent" : use.remaining / limit <= 0.2 ? "low" : "free",
    resetInMs: use.resetIn === null ? undefined : use.resetIn * 1_000,
  };
}
