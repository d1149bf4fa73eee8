import { expect, test } from "vitest";
import { takeTurns } from "../../../../apps/gateway/src/batches/leading/take-turns.ts";

const batchesOf = (owners: string) =>
  [...owners].map((owner, index) => ({ id: `${owner}${index}`, owner }));

const order = (waiting: string, placed: string) =>
  takeTurns(batchesOf(waiting), [...placed]).map(({ id }) => id);

test("clients take turns, the oldest batch first", () => {
  expect(order("aaabcb", "")).toEqual(["a0", "b3", "c4", "a1", "b5", "a2"]);
});

test("a client whose batches are led already comes later", () => {
  expect(order("aab", "a")).toEqual(["b2", "a0", "a1"]);
});

test("without client keys batches stay in their order", () => {
  const batches = ["1", "2", "3"].map((id) => ({ id, owner: undefined }));
  expect(takeTurns(batches, [undefined, undefined])).toEqual(batches);
});
