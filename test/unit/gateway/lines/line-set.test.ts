import fc from "fast-check";
import { expect, test } from "vitest";
import { LineSet } from "../../../../apps/gateway/src/lines/line-set.ts";

test("behaves like a set of numbers", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5_000)), (numbers) => {
      const lines = new LineSet(100);
      const set = new Set<number>();
      for (const number of numbers) {
        expect(lines.has(number)).toBe(set.has(number));
        expect(lines.add(number)).toBe(!set.has(number));
        set.add(number);
      }
      expect(lines.size).toBe(set.size);
    }),
  );
});
