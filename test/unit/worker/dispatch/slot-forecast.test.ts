import { expect, test } from "vitest";
import { SlotForecast } from "../../../../apps/worker/src/dispatch/slot-forecast.ts";

test("without a free slot fetching pauses, and not for longer than it takes to ask again", () => {
  const forecast = new SlotForecast();
  expect(forecast.pauseMs).toBe(0);
  forecast.pauseFor(60_000);
  expect(forecast.pauseMs).toBeGreaterThan(1_000);
  expect(forecast.pauseMs).toBeLessThanOrEqual(5_000);
  forecast.reset();
  expect(forecast.pauseMs).toBe(0);
});

test("free slots are used once: more must be learned from new grants", () => {
  const forecast = new SlotForecast();
  forecast.recordGrant({ nextSlotMs: 0, freeAccounts: 9, waiting: 5 });
  expect(forecast.takeFree(16)).toBe(5);
  expect(forecast.takeFree(16)).toBe(0);
  forecast.recordGrant({ nextSlotMs: 2_000, freeAccounts: 9, waiting: 5 });
  expect(forecast.takeFree(16)).toBe(0);
});
