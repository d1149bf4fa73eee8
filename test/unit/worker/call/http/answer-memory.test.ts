import { expect, test } from "vitest";
import { AnswerMemory } from "../../../../../apps/worker/src/call/http/answer-memory.ts";

const never = new AbortController().signal;

test("what finds no room waits, in the order of asking", async () => {
  const memory = new AnswerMemory(100);
  const order: string[] = [];
  const first = await memory.reserve(80, never);
  const large = memory.reserve(90, never).then((reservation) => {
    order.push("large");
    return reservation;
  });
  const small = memory.reserve(10, never).then((reservation) => {
    order.push("small");
    return reservation;
  });
  first.release();
  first.release();
  (await large).release();
  (await small).release();
  expect(order).toEqual(["large", "small"]);
});

test("one that gives up lets the next one in", async () => {
  const memory = new AnswerMemory(100);
  await memory.reserve(60, never);
  const patience = new AbortController();
  const large = memory.reserve(1_000, patience.signal);
  const small = memory.reserve(40, never);
  patience.abort(new Error("over"));
  await expect(large).rejects.toThrow("over");
  await small;
});
