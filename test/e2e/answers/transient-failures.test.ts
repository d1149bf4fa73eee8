import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Fault } from "../../simulator/start-simulator.ts";
import { chat } from "../../support/clients/chat.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

const maxAttempts = 2;
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 3,
    perMinute: 10_000,
    perDay: 100_000,
    env: {
      MAX_ATTEMPTS: String(maxAttempts),
      UPSTREAM_TIMEOUT_MS: "1500",
      // So many failures at a time would let the model cool down.
      MODEL_CHECK: "false",
    },
  });
});
afterAll(() => stack?.stop());

type Failure = {
  title: string;
  fault: Fault;
  /** What the client gets when every try fails so. */
  status: number;
  message: RegExp;
};

const failures: Failure[] = [
  {
    title: "a 408",
    fault: { kind: "408" },
    status: 408,
    message: /^Request Timeout$/,
  },
  {
    title: "a 500",
    fault: { kind: "500" },
    status: 500,
    message: /^Internal Server Error$/,
  },
  {
    title: "a 502",
    fault: { kind: "502" },
    status: 502,
    message: /^Provider returned error$/,
  },
  {
    title: "a proxy's HTML page",
    fault: { kind: "502-html" },
    status: 502,
    message: /^OpenRouter answered 502 without saying why$/,
  },
  {
    title: "a 503",
    fault: { kind: "503" },
    status: 503,
    message: /^Provider returned error$/,
  },
  {
    title: "a 504",
    fault: { kind: "504" },
    status: 504,
    message: /^Provider returned error$/,
  },
  {
    title: "a 524",
    fault: { kind: "524" },
    status: 524,
    message: /^Provider returned error$/,
  },
  {
    title: "a 529",
    fault: { kind: "529" },
    status: 529,
    message: /^Provider returned error$/,
  },
  {
    title: "an error inside a 200",
    fault: { kind: "embedded-error" },
    status: 502,
    message: /^Upstream error from Simulated: Service temporarily overloaded$/,
  },
  {
    title: "an error inside a choice",
    fault: { kind: "choice-error" },
    status: 502,
    message: /./,
  },
  {
    title: "white space instead of an answer",
    fault: { kind: "whitespace-body" },
    status: 502,
    message: /^OpenRouter answered 200 with an empty body$/,
  },
  {
    title: "half an answer",
    fault: { kind: "truncated-json" },
    status: 502,
    message: /^OpenRouter answered 200 with a body that is no valid JSON$/,
  },
  {
    title: "a connection that is dropped before the answer",
    fault: { kind: "drop-before-headers" },
    status: 502,
    message: /^The connection to OpenRouter failed \(\w+\)$/,
  },
  {
    title: "a connection that is dropped within the answer",
    fault: { kind: "drop-mid-body" },
    status: 502,
    message: /^The connection to OpenRouter failed \(\w+\)$/,
  },
  {
    title: "a connection that hangs",
    fault: { kind: "hang-before-headers" },
    status: 504,
    message: /^OpenRouter did not answer in time$/,
  },
  {
    title: "an answer that stops in the middle",
    fault: { kind: "hang-mid-stream" },
    status: 504,
    message: /^OpenRouter did not answer in time$/,
  },
];

test.concurrent.for(failures)(
  "$title is tried again, and returned when tries run out",
  async ({ title, fault, status, message }) => {
    const { url, simulator } = stack;
    const [once, always] = [`once ${title}`, `always ${title}`];
    await simulator.script([
      { match: { marker: once }, fault },
      { match: { marker: always }, times: 100, fault },
    ]);
    const [healed, failed] = await Promise.all([
      chat(url, { marker: once }),
      chat(url, { marker: always }),
    ]);

    expect(healed.status).toBe(200);
    expect(healed.headers.get("x-attempts")).toBe("2");
    expect(failed.status).toBe(status);
    expect(failed.headers.get("content-type")).toMatch(/^application\/json/);
    expect(failed.headers.get("x-attempts")).toBe(String(maxAttempts));
    const found = /"message":"([^"]+)"/.exec(failed.text)?.[1];
    expect(found).toMatch(message);
    expect(await simulator.calls({ marker: always })).toHaveLength(maxAttempts);
  },
);

test("no key is blamed for what fails", () => {
  const { output } = stack.workers[0] ?? { output: [] };
  expect(output.filter((line) => line.includes("Marked"))).toEqual([]);
});
