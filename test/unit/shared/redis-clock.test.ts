import {
  type ClockSample,
  RedisClock,
} from "@openrouter-free-pool/shared/redis/redis-clock";
import { expect, test } from "vitest";

/** A reading of a clock that is `aheadMs` ahead of this machine's, by an answer that came back late. */
function reading(aheadMs: number, roundTripMs: number): ClockSample {
  const sentAt = performance.now();
  const redisTime = performance.timeOrigin + sentAt + aheadMs;
  return { sentAt, roundTripMs, redisTime };
}

/** Below what the clocks differ by, above what a busy machine takes between two readings. */
const farBelowMs = 300;

function aheadOf(clock: RedisClock): number {
  return clock.now() - performance.timeOrigin - performance.now();
}

test("tells Redis's time, whatever this machine's clock says", () => {
  const clock = new RedisClock();
  clock.add(reading(660_000, 2));
  expect(Math.abs(aheadOf(clock) - 660_000)).toBeLessThan(farBelowMs);
});

test("keeps the reading with the shortest round trip", () => {
  const clock = new RedisClock();
  clock.add(reading(1_000, 2));
  clock.add(reading(1_000, 4_000));
  expect(Math.abs(aheadOf(clock) - 1_000)).toBeLessThan(farBelowMs);
});

test("follows a server with another clock", () => {
  const clock = new RedisClock();
  clock.add(reading(0, 2));
  clock.add(reading(660_000, 10));
  expect(Math.abs(aheadOf(clock) - 660_000)).toBeLessThan(farBelowMs);
});
