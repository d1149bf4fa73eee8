import { sayShared } from "../language/shared-words.ts";
import type { KeyStatus } from "./pool-status.ts";

/** States of a key that no waiting ends, and what OpenRouter answers then. */
const brokenStates: Partial<Record<string, string>> = {
  invalid: "401",
  "no-credit": "402",
  "key-limit": "403",
} satisfies Partial<Record<KeyStatus["state"], string>>;

/** What OpenRouter answers to a key, by its state or the reason of its retirement; undefined when it can be used. */
export function whyBroken(state: string): string | undefined {
  if (state === "taken-out") return sayShared("obstacle.takenOut");
  return brokenStates[state];
}
