import { expect, test } from "vitest";
import { ShortLivedSet } from "../../../apps/gateway/src/collections/short-lived-set.ts";

test("it holds what was added until that addition is taken back", () => {
  const set = new ShortLivedSet<string>();
  const removeFirst = set.add("a");
  set.add("b");
  const removeAgain = set.add("a");
  expect(set.values()).toEqual(["a", "b", "a"]);
  removeFirst();
  removeFirst();
  expect(set.values()).toEqual(["b", "a"]);
  removeAgain();
  expect(set.size).toBe(1);
});
