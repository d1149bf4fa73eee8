import { expect, test } from "vitest";
import { SlotForecast } from "../../../../apps/worker/src/dispatch/slot-forecast.ts";

test("without a free slot fetching pauses, and not for longer than it takes to ask again", () => {
  const forecast = new SlotForecast();
  expect(forecast.pauseMs).toBe(0);
  forecast.pauseFor(60_000, forecast.epoch);
  expect(forecast.pauseMs).toBeGreaterThan(1_000);
  expect(forecast.pauseMs).toBeLessThanOrEqual(5_000);
  forecast.reset();
  expect(forecast.pauseMs).toBe(0);
});

test("what was asked before slots may have become free causes no pause", () => {
  const forecast = new SlotForecast();
  const askedIn = forecast.epoch;
  forecast.reset();
  forecast.pauseFor(60_000, askedIn);
  expect(forecast.pauseMs).toBe(0);
  forecast.pauseFor(60_000, forecast.epoch);
  expect(forecast.pauseMs).toBeGreaterThan(0);
});
