import { expect, test } from "vitest";
import { describeModel } from "../../../../apps/gateway/src/models/status/describe-model.ts";

const now = Date.UTC(2026, 10, 25, 12);
const gone = {
  model: "a/b:free",
  since: now - 60_000,
  until: now + 60_000,
  message: "No endpoints found",
  isNews: false,
};
const known = {
  id: "a/b:free",
  model: { id: "a/b:free", name: "A: B", context_length: 8_192 },
  record: undefined,
  coolingUntil: undefined,
  gone: undefined,
  isProven: true,
  awaiting: 0,
};

test("a proven model is up, another one unproven with those that wait for it", () => {
  expect(describeModel(known, now)).toMatchObject({
    id: "a/b:free",
    name: "A: B",
    free: true,
    contextLength: 8_192,
    expirationDate: null,
    state: "up",
    coolingFor: null,
    goneSince: null,
    reason: null,
    waiting: 0,
    hour: { calls: 0, successRate: null },
  });
  const unproven = { ...known, isProven: false, awaiting: 7 };
  expect(describeModel(unproven, now)).toMatchObject({
    state: "unproven",
    waiting: 7,
  });
});

test("a cooldown tells its seconds, one that is over does not count", () => {
  const until = (coolingUntil: number) => ({ ...known, coolingUntil });
  expect(describeModel(until(now + 1_500), now)).toMatchObject({
    state: "cooling",
    coolingFor: 2,
    waiting: null,
  });
  expect(describeModel(until(now - 1), now).state).toBe("up");
});

test("a gone model tells since when and why; when it is due again, one call is to prove it", () => {
  expect(describeModel({ ...known, gone }, now)).toMatchObject({
    state: "gone",
    goneSince: "2026-11-25T11:59:00.000Z",
    reason: "No endpoints found",
  });
  const due = { ...known, isProven: false, gone: { ...gone, until: now - 1 } };
  expect(describeModel(due, now)).toMatchObject({
    state: "unproven",
    reason: "No endpoints found",
  });
});
