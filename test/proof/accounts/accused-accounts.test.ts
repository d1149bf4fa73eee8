import { afterEach, expect, inject, test } from "vitest";
import { burst, chat, countStatuses } from "../../support/clients/chat.ts";
import { readPoolStatus } from "../../support/clients/pool-status.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

async function start(env: Record<string, string> = {}): Promise<Stack> {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 10,
    perMinute: 1_000,
    env,
  });
  return stack;
}

async function countUsable(url: string): Promise<number> {
  const { keys } = await readPoolStatus(url);
  return keys.filter(({ available }) => available).length;
}

test("a request that asks for what costs money retires no account, and costs one call", async () => {
  const { url, simulator } = await start({ FREE_ONLY: "false" });
  const marker = "paid-plugin";
  await simulator.script([
    { match: { marker }, times: 1_000, fault: { kind: "402" } },
  ]);
  const answer = await chat(url, {
    marker,
    extra: { plugins: [{ id: "web" }] },
  });
  expect(answer.status).toBe(402);
  expect(answer.headers.get("x-attempts")).toBe("1");
  expect(await countUsable(url)).toBe(10);
  expect(countStatuses(await burst(url, 20))).toEqual({ 200: 20 });
});

test("a request that every account refuses for want of credit is at fault itself", async () => {
  const { url, simulator } = await start();
  const marker = "refused-everywhere";
  await simulator.script([
    { match: { marker }, times: 1_000, fault: { kind: "402" } },
  ]);
  const answer = await chat(url, { marker });
  expect(answer.status).toBe(402);
  expect(await simulator.calls({ marker })).toHaveLength(2);
  expect(await countUsable(url)).toBe(10);
});

test.for(["401", "403-key-limit"] as const)(
  "a %s for a key that is well costs two calls at most, and the key stays",
  async (kind) => {
    const { url, simulator } = await start();
    const marker = "accusing";
    await simulator.script([{ match: { marker }, times: 10, fault: { kind } }]);
    const answer = await chat(url, { marker });
    expect(answer.status).toBe(503);
    expect(await simulator.calls({ marker })).toHaveLength(2);
    expect(await countUsable(url)).toBe(10);
  },
);

test("of one request at most one account is retired, whatever GET /key says", async () => {
  const { url, simulator } = await start({ KEY_PROBE_MS: "600000" });
  const marker = "all-dead";
  await simulator.script([
    { match: { marker }, times: 1_000, fault: { kind: "401" } },
    { match: { path: "/key" }, times: 1_000, fault: { kind: "401" } },
  ]);
  const answer = await chat(url, { marker });
  expect(answer.status).toBe(503);
  expect(await simulator.calls({ marker })).toHaveLength(8);
  expect(await countUsable(url)).toBe(9);
});

test("MAX_CALLS bounds what one request may cost", async () => {
  const { url, simulator } = await start({ MAX_CALLS: "3" });
  const limited = "limited-everywhere";
  const failing = "failing-everywhere";
  await simulator.script([
    {
      match: { marker: limited },
      times: 1_000,
      fault: { kind: "429-account-minute", resetInMs: 1_000 },
    },
    {
      match: { marker: failing },
      times: 1_000,
      fault: { kind: "429-provider-pool", retryAfterSeconds: 1 },
    },
  ]);
  const [ofAccounts, ofModel] = await Promise.all([
    chat(url, { marker: limited }),
    chat(url, { marker: failing, model: "other/model:free" }),
  ]);
  // All accounts refused: the failure is ours. The model refused: its own answer says so.
  expect(ofAccounts.status).toBe(503);
  expect(ofModel.status).toBe(429);
  expect(await simulator.calls({ marker: limited })).toHaveLength(3);
  expect(await simulator.calls({ marker: failing })).toHaveLength(3);
});
