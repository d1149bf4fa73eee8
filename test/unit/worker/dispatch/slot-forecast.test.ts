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
