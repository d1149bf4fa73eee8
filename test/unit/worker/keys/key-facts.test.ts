import { expect, test } from "vitest";
import { readKeyFacts } from "../../../../apps/worker/src/keys/openrouter/key-facts.ts";

const read = (data: unknown) => readKeyFacts(JSON.stringify({ data }));

test("reads what OpenRouter tells about a key", () => {
  expect(
    read({
      label: "sk-or-v1-au7...890",
      creator_user_id: "user_1",
      organization_id: null,
      free_model_daily_requests: { limit: 50, remaining: 38, used: 12 },
      limit: 100,
      limit_remaining: 74.5,
    }),
  ).toEqual({
    userId: "user_1",
    day: { limit: 50, used: 12 },
    isSpent: false,
  });
});

test("what is missing, null or of another type is not known", () => {
  const unknown = {
    userId: undefined,
    day: { limit: undefined, used: undefined },
    isSpent: false,
  };
  expect(read({})).toEqual(unknown);
  expect(
    read({
      creator_user_id: null,
      limit_remaining: null,
      free_model_daily_requests: null,
    }),
  ).toEqual(unknown);
  expect(
    read({
      creator_user_id: 7,
      limit_remaining: "0",
      free_model_daily_requests: { limit: "50", remaining: -1, used: 1.5 },
    }),
  ).toEqual(unknown);
});

test("the use follows from what remains, and a limit of nothing tells nothing", () => {
  const daily = { limit: 50, remaining: 38 };
  const day = read({ free_model_daily_requests: daily })?.day;
  expect(day).toEqual({ limit: 50, used: 12 });
  const nothing = { limit: 0, remaining: 0, used: 0 };
  expect(read({ free_model_daily_requests: nothing })?.day).toEqual({
    limit: undefined,
    used: 0,
  });
});

test("a key that reached its own limit is told", () => {
  expect(read({ limit: 1, limit_remaining: 0 })?.isSpent).toBe(true);
  expect(read({ limit: 1, limit_remaining: -0.2 })?.isSpent).toBe(true);
});

test("a body that is not OpenRouter's tells nothing", () => {
  for (const body of ["", "<html>", "[]", '{"error":{}}', '{"data":null}']) {
    expect(readKeyFacts(body)).toBeUndefined();
  }
});
