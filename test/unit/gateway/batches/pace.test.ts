import { expect, test } from "vitest";
import {
  Pace,
  type PaceView,
} from "../../../../apps/gateway/src/batches/execution/pace.ts";

const view: PaceView = {
  slotsPerWindow: 600,
  slotsFree: 600,
  windowMs: 60_000,
  waiting: 0,
  share: 1,
  remaining: 10_000,
};

/** Lines that are fed in `durationMs` with a look every 50 ms. */
function feed(pace: Pace, durationMs: number, changes: Partial<PaceView> = {}) {
  let fed = 0;
  for (let now = 0; now <= durationMs; now += 50) {
    const lines = pace.allow(now, { ...view, ...changes });
    pace.spend(lines);
    fed += lines;
  }
  return fed;
}

test("spreads a window's slots evenly, a little below the capacity", () => {
  const fed = feed(new Pace(0), 60_000);
  expect(fed).toBeGreaterThanOrEqual(585);
  expect(fed).toBeLessThanOrEqual(589);
  expect(feed(new Pace(0), 1_000)).toBeLessThanOrEqual(10);
});

test("does not catch up with a burst what was not used", () => {
  const pace = new Pace(0);
  expect(pace.allow(30_000, view)).toBeLessThanOrEqual(10);
});

test("several batches share the capacity", () => {
  const fed = feed(new Pace(0), 60_000, { share: 1 / 3 });
  expect(fed).toBeGreaterThanOrEqual(194);
  expect(fed).toBeLessThanOrEqual(197);
});

test("feeds nothing when enough waits on the queue", () => {
  expect(feed(new Pace(0), 10_000, { waiting: 20 })).toBe(0);
});

test("a batch that needs at most half of the free slots is not held back", () => {
  expect(new Pace(0).allow(0, { ...view, remaining: 300 })).toBe(300);
  expect(new Pace(0).allow(0, { ...view, remaining: 301 })).toBe(0);
});

test("keeps a few lines at hand when no slot is in sight", () => {
  const spent = { ...view, slotsPerWindow: 0, slotsFree: 0 };
  expect(new Pace(0).allow(0, spent)).toBe(8);
  expect(new Pace(0).allow(0, { ...spent, waiting: 8 })).toBe(0);
});

test("a slow pool gets its lines one by one", () => {
  const fed = feed(new Pace(0), 60_000, { slotsPerWindow: 20, slotsFree: 20 });
  expect(fed).toBeGreaterThanOrEqual(19);
  expect(fed).toBeLessThanOrEqual(21);
});
