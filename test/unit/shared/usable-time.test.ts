import {
  leastUsableMs,
  UsableTime,
} from "@openrouter-free-pool/shared/key-pool/usable-time";
import { expect, test } from "vitest";

const limits = { windowMs: 60_000 };

test("is half a second while Redis is prompt, and less for a short window", () => {
  const usable = new UsableTime(limits);
  usable.observe(1, 0);
  expect(usable.choose(0)).toBe(500);
  expect(leastUsableMs({ windowMs: 1_000 })).toBe(50);
});

test("grows at once with a slow answer, and falls back slowly", () => {
  const usable = new UsableTime(limits);
  usable.observe(1_400, 0);
  expect(usable.choose(0)).toBe(2_800);
  usable.observe(1, 10_000);
  expect(usable.choose(10_000)).toBe(1_400);
  expect(usable.choose(120_000)).toBe(500);
});

test("has a bound: slots do not stay away for ever", () => {
  const usable = new UsableTime(limits);
  usable.observe(60_000, 0);
  expect(usable.choose(0)).toBe(8_000);
});
