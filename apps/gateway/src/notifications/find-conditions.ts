import type { PoolStatus } from "@openrouter-free-pool/shared/api/pool-status";
import type { GoneModel } from "@openrouter-free-pool/shared/key-pool/models/gone-models";
import { formatClock } from "../text/format.ts";

/** Something that an operator should know. It contains no secret. */
export type Condition = {
  readonly kind: "key-invalid" | "day-used-up" | "no-worker" | "model-gone";
  /** Stays the same while the condition lasts: it is reported once. */
  readonly id: string;
  readonly text: string;
};

const longestName = 120;

/** Finds all present conditions. */
export function findConditions(facts: {
  readonly status: PoolStatus;
  /** Start of the next day, ms since the epoch. */
  readonly dayEndsAt: number;
  readonly goneModels: readonly Pick<GoneModel, "model">[];
}): Condition[] {
  const { status, dayEndsAt, goneModels } = facts;
  const invalid = status.keys.filter(({ state }) => state === "invalid");
  const isUsedUp =
    status.pool.leftToday === 0 && status.keys.length > invalid.length;
  return [
    ...(status.workers === 0
      ? [
          {
            kind: "no-worker" as const,
            id: "no-worker",
            text: "No worker is alive: requests wait, and nothing is sent to OpenRouter.",
          },
        ]
      : []),
    ...(isUsedUp
      ? [
          {
            kind: "day-used-up" as const,
            id: `day-used-up ${dayEndsAt}`,
            text: `Today's calls are used up; new ones at ${formatClock(dayEndsAt)} UTC.`,
          },
        ]
      : []),
    ...invalid.map(({ id, key }) => ({
      kind: "key-invalid" as const,
      id: `key-invalid ${id}`,
      text: `OpenRouter refuses the key ${key} (401): it is out of use.`,
    })),
    ...goneModels.map(({ model }) => ({
      kind: "model-gone" as const,
      id: `model-gone ${model.slice(0, longestName)}`,
      text: `OpenRouter does not serve ${model.slice(0, longestName)} any more.`,
    })),
  ];
}
