import { afterEach, expect, test } from "vitest";
import { followBatch } from "../../../apps/cli/src/progress/follow-batch.ts";
import {
  type Answer,
  breakOff,
  type GatewayDouble,
  sendCompletedBatch,
  startGatewayDouble,
} from "../../support/terminal/gateway-double.ts";

let double: GatewayDouble | undefined;
afterEach(() => {
  double?.close();
  double = undefined;
});

const view = { show() {}, clear() {} };

async function follow(
  answer: Answer,
  options: {
    interrupted?: AbortSignal;
    timeoutMs?: number;
    patienceMs?: number;
  } = {},
) {
  double = await startGatewayDouble(answer);
  const { interrupted = new AbortController().signal } = options;
  const limits = { ...options, view, interrupted };
  return followBatch(double.gateway, "batch_1", limits);
}

const refuse = (status: number): Answer => {
  return (response) => {
    response.writeHead(status).end('{"error":{"message":"no","code":1}}');
  };
};

test.for<[string, Answer]>([
  ["an answer that is cut off", (response) => breakOff(response, '{"id":')],
  ["a page of a proxy", (response) => response.end("<html>one moment</html>")],
  ["a connection that breaks", (response) => response.destroy()],
  ["no answer in time", () => undefined],
  ["a 408", refuse(408)],
  ["a 429", refuse(429)],
  [
    "a refusal that is cut off",
    (response) => {
      response.writeHead(503, { "content-length": "1000" });
      response.write("{", () => setTimeout(() => response.destroy(), 20));
    },
  ],
])("%s is polled again", async ([, fail]) => {
  let polls = 0;
  const batch = await follow(
    (response, number, request) => {
      polls = number;
      if (number > 1) sendCompletedBatch(response);
      else fail(response, number, request);
    },
    { timeoutMs: 500 },
  );
  expect(batch?.status).toBe("completed");
  expect(polls).toBe(2);
});

test.for([401, 404])("a %i ends it", async (status) => {
  let polls = 0;
  const followed = follow((response, number, request) => {
    polls = number;
    refuse(status)(response, number, request);
  });
  await expect(followed).rejects.toThrow(`${status}: no`);
  expect(polls).toBe(1);
});

test("failures that last longer than the patience end it with the last one", async () => {
  const followed = follow(refuse(429), { patienceMs: 300 });
  await expect(followed).rejects.toMatchObject({
    message: "429: no",
    exitCode: 2,
  });
});

test("an interruption ends it at once, also while a poll hangs", async () => {
  const interruption = new AbortController();
  const { signal: interrupted } = interruption;
  // The gateway has got the poll, and does not answer.
  const followed = follow(() => interruption.abort(), { interrupted });
  expect(await followed).toBeUndefined();
});
