import { ShortMemory } from "@openrouter-free-pool/shared/timers/short-memory";
import { expect, test } from "vitest";

test("what is remembered is forgotten after its time", () => {
  const memory = new ShortMemory<string>({ rememberedMs: 100, most: 10 });
  memory.remember("a", "first", 0);
  expect(memory.recall("a", 99)).toBe("first");
  expect(memory.recall("a", 100)).toBeUndefined();
  memory.remember("a", "second", 50);
  expect(memory.recall("a", 149)).toBe("second");
  expect(memory.recall("b", 0)).toBeUndefined();
});

test("beyond its bound the oldest are forgotten", () => {
  const memory = new ShortMemory<number>({ rememberedMs: 100, most: 2 });
  memory.remember("a", 1, 0);
  memory.remember("b", 2, 1);
  memory.remember("a", 3, 2);
  memory.remember("c", 4, 3);
  const known = ["a", "b", "c"].map((name) => memory.recall(name, 3));
  expect(known).toEqual([3, undefined, 4]);
});
