import type { KeyStatus } from "@openrouter-free-pool/shared/api/pool-status";
import type { Tone } from "./headline.ts";

/** How much attention a key's state needs, and its group; its name is in the catalogue: `keys.state.…`. */
export const keyStates = {
  available: { tone: "good", group: "available" },
  "minute-limited": { tone: "quiet", group: "limited" },
  "day-limited": { tone: "notice", group: "limited" },
  parked: { tone: "notice", group: "limited" },
  invalid: { tone: "bad", group: "out" },
  "key-limit": { tone: "bad", group: "out" },
  "no-credit": { tone: "bad", group: "out" },
  "taken-out": { tone: "quiet", group: "out" },
  unknown: { tone: "bad", group: "out" },
} as const satisfies Record<
  KeyStatus["state"],
  { tone: Tone; group: "available" | "limited" | "out" }
>;
