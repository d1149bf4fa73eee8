import { expect, test } from "vitest";
import { ShortLivedMap } from "../../../apps/gateway/src/collections/short-lived-map.ts";

test("it holds what came and has not gone, in the order of the keys", () => {
  const map = new ShortLivedMap<string, { name: string }>();
  const [a, b, c] = ["a", "b", "c"].map((name) => ({ name }));
  if (!a || !b || !c) throw new Error("three");
  map.set("a", a);
  map.set("b", b);
  map.set("a", c);
  expect(map.get("a")).toBe(c);
  expect(map.values()).toEqual([c, b]);
  map.delete("a");
  map.delete("never there");
  expect(map.size).toBe(1);
  expect(map.get("a")).toBeUndefined();
  expect(map.values()).toEqual([b]);
});
