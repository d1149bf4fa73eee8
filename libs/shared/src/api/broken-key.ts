import { sayShared } from "../language/shared-words.ts";
import type { KeyStatus } from "./pool-status.ts";

/** States of a key that do not end by waiting, and OpenRouter's status in each. */
const brokenStates: Partial<Record<string, string>> = {
  invalid: "401",
  "no-credit": "402",
  "key-limit": "403",
} satisfies Partial<Record<KeyStatus["state"], string>>;

/**
 * OpenRouter's status for a key, by the key's state or the reason of its retirement; undefined when
 * it can be used.
 */
export function whyBroken(state: string): string | undefined {
  if (state === "taken-out") return sayShared("obstacle.takenOut");
  return brokenStates[state];
}
