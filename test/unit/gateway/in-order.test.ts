import type { RequestHandler } from "express";
import { expect, test } from "vitest";
import { inOrder } from "../../../apps/gateway/src/middleware/in-order.ts";

/** Runs handlers. @returns what the one after them is called with. */
function run(...handlers: RequestHandler[]): Promise<unknown> {
  return new Promise((resolve) => {
    const handler = inOrder(handlers);
    void handler({} as never, {} as never, resolve);
  });
}

const pass: RequestHandler = (_request, _response, next) => next();
const never: RequestHandler = () => {
  throw new Error("must not be called");
};
const failure = new Error("failure");

test("handlers run one after the other, also when one of them waits", async () => {
  const seen: string[] = [];
  const end = await run(
    (_request, _response, next) => {
      seen.push("first");
      setImmediate(next);
    },
    async (_request, _response, next) => {
      await Promise.resolve();
      seen.push("second");
      next();
    },
    pass,
  );
  expect(end).toBeUndefined();
  expect(seen).toEqual(["first", "second"]);
});

test.for<[string, RequestHandler, unknown]>([
  ["passed on", (_request, _response, next) => next(failure), failure],
  [
    "thrown",
    () => {
      throw failure;
    },
    failure,
  ],
  ["rejected", () => Promise.reject(failure), failure],
  ["rejected with nothing", () => Promise.reject(undefined), expect.any(Error)],
])("an error that is %s ends the row", async ([_, handler, expected]) => {
  expect(await run(pass, handler, never)).toEqual(expected);
});
