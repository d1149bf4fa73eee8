import type { ModelFigures } from "@openrouter-free-pool/shared/api/models-status";
import { foldCounts } from "@openrouter-free-pool/shared/models/fold-counts";
import { expect, test } from "vitest";
import { rankModels } from "../../../../apps/gateway/src/models/record/rank-models.ts";

type Span = readonly [answered: number, failed: number, latencyP50Ms?: number];
type Known = { hour?: Span; day?: Span; isCooling?: boolean };

function figures([answered, failed, latencyP50Ms = 1_000]: Span): ModelFigures {
  const counts = new Map(Object.entries({ answered, failed }));
  return {
    ...foldCounts([counts]),
    latencyP50Ms: answered > 0 ? latencyP50Ms : null,
  };
}

/** @param known by model; the day is the hour where it is not told. */
function rank(known: Record<string, Known>): string[] {
  const ids = Object.keys(known);
  const records = new Map(
    ids.flatMap((id) => {
      const { hour, day = hour } = known[id] ?? {};
      if (!day) return [];
      const record = { hour: figures(hour ?? [0, 0]), day: figures(day) };
      return [[id, record] as const];
    }),
  );
  const isCooling = (id: string) => known[id]?.isCooling === true;
  const models = ids.map((id) => ({ id }));
  return rankModels(models, { records, isCooling }).map(({ id }) => id);
}

test.for<[string, Record<string, Known>, string[]]>([
  [
    "a good one, an unknown one, a bad one",
    { bad: { hour: [1, 9] }, unknown: {}, good: { hour: [20, 1] } },
    ["good", "unknown", "bad"],
  ],
  [
    "one answer is better than none, one failure worse",
    { failed: { hour: [0, 1] }, unknown: {}, answered: { hour: [1, 0] } },
    ["answered", "unknown", "failed"],
  ],
  [
    "many answers are better than one",
    { once: { hour: [1, 0] }, often: { hour: [50, 0] } },
    ["often", "once"],
  ],
  [
    "among alike ones the faster one, and one without a time last",
    {
      silent: { hour: [0, 0], day: [0, 0] },
      slow: { hour: [98, 1, 9_000] },
      unknown: {},
      fast: { hour: [198, 3, 400] },
    },
    ["fast", "slow", "silent", "unknown"],
  ],
  [
    "success counts more than speed",
    { fast: { hour: [30, 20, 100] }, slow: { hour: [50, 0, 20_000] } },
    ["slow", "fast"],
  ],
  [
    "a model that begins to fail sinks, however good its day was",
    {
      failing: { hour: [0, 6], day: [1_000, 6] },
      unknown: {},
      fair: { hour: [7, 3] },
    },
    ["fair", "unknown", "failing"],
  ],
  [
    "without calls in the last hour the day counts",
    { bad: { day: [2, 20] }, unknown: {}, good: { day: [20, 2] } },
    ["good", "unknown", "bad"],
  ],
  [
    "a model that cools down comes after all others",
    {
      cooling: { hour: [50, 0], isCooling: true },
      bad: { hour: [0, 9] },
      unknown: {},
    },
    ["unknown", "bad", "cooling"],
  ],
  ["nothing known: as they came", { b: {}, a: {}, c: {} }, ["b", "a", "c"]],
])("%s", ([, known, order]) => {
  expect(rank(known)).toEqual(order);
});
