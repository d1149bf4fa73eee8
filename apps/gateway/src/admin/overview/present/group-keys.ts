import type { KeyStatus } from "@openrouter-free-pool/shared/api/pool-status";
import { keyStates } from "./key-states.ts";

/** The keys that share a budget; there is at least one. */
export type AccountGroup = {
  readonly account: string;
  readonly keys: readonly [KeyStatus, ...KeyStatus[]];
};

const urgency = { out: 0, limited: 1, available: 2 } as const;

/** Groups keys that share a budget; accounts and keys that need attention come first. */
export function groupByAccount(keys: readonly KeyStatus[]): AccountGroup[] {
  const sorted = keys.toSorted((a, b) => urgencyOf(a) - urgencyOf(b));
  const groups = Map.groupBy(sorted, ({ account }) => account);
  return [...groups].flatMap(([account, [first, ...rest]]) =>
    first ? [{ account, keys: [first, ...rest] as const }] : [],
  );
}

/** Of the keys out of use, those that an operator took out need the least attention. */
function urgencyOf({ state }: KeyStatus): number {
  const { group } = keyStates[state];
  return state === "taken-out" ? urgency.out + 0.5 : urgency[group];
}
