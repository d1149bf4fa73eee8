import {
  leastUsableMs,
  UsableTime,
} from "@openrouter-free-pool/shared/key-pool/slots/usable-time";
import { expect, test } from "vitest";

const limits = { windowMs: 60_000 };

test("is half a second while Redis is prompt, and less for a short window", () => {
  const usable = new UsableTime(limits);
  usable.observe(1, 0);
  expect(usable.choose(0)).toBe(500);
  expect(leastUsableMs({ windowMs: 1_000 })).toBe(50);
});

test("grows at once with a slow answer, and falls back after some prompt ones", () => {
  const usable = new UsableTime(limits);
  usable.observe(1_400, 0);
  expect(usable.choose(0)).toBe(2_800);
  for (let answer = 0; answer < 7; answer += 1) usable.observe(1, answer);
  expect(usable.choose(10)).toBe(2_800);
  usable.observe(1, 10);
  expect(usable.choose(10)).toBe(500);
});

test("forgets a slow answer when none came for long", () => {
  const usable = new UsableTime(limits);
  usable.observe(1_400, 0);
  expect(usable.choose(30_000)).toBe(2_800);
  expect(usable.choose(30_001)).toBe(500);
});

test("a request whose answer was too slow is given more time than others", () => {
  const usable = new UsableTime(limits);
  usable.observe(1, 0);
  expect(usable.choose(0, 900)).toBe(1_800);
});

test("has a bound: slots do not stay away for ever", () => {
  const usable = new UsableTime(limits);
  usable.observe(60_000, 0);
  expect(usable.choose(0)).toBe(8_000);
});
