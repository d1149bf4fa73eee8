import type { KeyStatus } from "@openrouter-free-pool/shared/api/pool-status";
import type { Tone } from "./headline.ts";

/** What the page calls a key's state, and in which group it is. */
export const keyStateLabels = {
  available: { label: "Available", tone: "good", group: "available" },
  "minute-limited": { label: "Minute full", tone: "quiet", group: "limited" },
  "day-limited": { label: "Day used up", tone: "notice", group: "limited" },
  parked: { label: "Parked", tone: "notice", group: "limited" },
  invalid: { label: "Invalid", tone: "bad", group: "out" },
  "key-limit": { label: "Own limit reached", tone: "bad", group: "out" },
  "no-credit": { label: "No credit", tone: "bad", group: "out" },
  "taken-out": { label: "Taken out", tone: "quiet", group: "out" },
  unknown: { label: "Out of use", tone: "bad", group: "out" },
} as const satisfies Record<
  KeyStatus["state"],
  { label: string; tone: Tone; group: "available" | "limited" | "out" }
>;
