import fc from "fast-check";
import { expect, test } from "vitest";
import { CustomIds } from "../../../../apps/gateway/src/lines/custom-ids.ts";

/** Lines whose id stands further up, each with the line of the first one. */
function findDuplicates(ids: readonly string[]): [number, number][] {
  const customIds = new CustomIds();
  for (const id of ids) customIds.add(id);
  if (!customIds.isSuspicious) return [];
  const firstLineOf = customIds.compare();
  return ids.flatMap((id, index): [number, number][] => {
    const first = firstLineOf(id, index);
    return first === undefined ? [] : [[index, first]];
  });
}

test("finds exactly what a map of all ids would find", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 2 }), { maxLength: 200 }),
      (ids) => {
        const firstLines = new Map<string, number>();
        const expected: [number, number][] = [];
        for (const [line, id] of ids.entries()) {
          const first = firstLines.get(id);
          if (first === undefined) firstLines.set(id, line);
          else expected.push([line, first]);
        }
        expect(findDuplicates(ids)).toEqual(expected);
      },
    ),
  );
});

test("holds many ids and finds the one that comes again", () => {
  const ids = Array.from({ length: 100_000 }, (_, index) => `request-${index}`);
  expect(findDuplicates(ids)).toEqual([]);
  expect(findDuplicates([...ids, "request-77777"])).toEqual([
    [100_000, 77_777],
  ]);
});
