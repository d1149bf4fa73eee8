import { gather } from "@openrouter-free-pool/shared/timers/gather";
import { expect, test } from "vitest";

function open(options: { most?: number; mostSize?: number } = {}) {
  const goes: number[][] = [];
  const add = gather<number, string>(
    async (items) => {
      goes.push([...items]);
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (items.includes(13)) throw new Error("unlucky");
      return items.map((item) => `${item} done`);
    },
    { most: 3, mostSize: 100, sizeOf: (item) => item, ...options },
  );
  return { goes, add };
}

test("what comes alone goes at once, and what comes meanwhile goes together", async () => {
  const { goes, add } = open();
  const first = add(1);
  expect(goes).toEqual([[1]]);
  const others = [add(2), add(3)];
  expect(goes).toEqual([[1]]);
  expect(await Promise.all([first, ...others])).toEqual([
    "1 done",
    "2 done",
    "3 done",
  ]);
  expect(goes).toEqual([[1], [2, 3]]);
});

test("no more go together than may, in number and in size, and all keep their order", async () => {
  const { goes, add } = open();
  await Promise.all([1, 2, 3, 4, 5, 60, 70, 200, 6].map(add));
  expect(goes).toEqual([[1], [2, 3, 4], [5, 60], [70], [200], [6]]);
});

test("a failure is told to all who went together, and to nobody else", async () => {
  const { add } = open();
  const results = await Promise.allSettled([1, 2, 13, 5, 4].map(add));
  expect(results.map(({ status }) => status)).toEqual([
    "fulfilled",
    "rejected",
    "rejected",
    "rejected",
    "fulfilled",
  ]);
});
