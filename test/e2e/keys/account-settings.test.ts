import { afterEach, expect, inject, test } from "vitest";
import { AdminClient } from "../../support/clients/admin-client.ts";
import { burst, chat, countStatuses } from "../../support/clients/chat.ts";
import { readPoolStatus } from "../../support/clients/pool-status.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

const password = "a-long-admin-password-42";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

test.for(["404-data-policy", "404-guardrails"] as const)(
  "a %s of one account sends the request to another one, and no client sees it",
  async (kind) => {
    stack = await startStack({
      redisUrl: inject("redisUrl"),
      accounts: 3,
      perMinute: 1_000,
      env: { ADMIN_PASSWORD: password },
    });
    const { url, simulator } = stack;
    await simulator.script([
      { match: { account: "account-1" }, times: 1_000, fault: { kind } },
    ]);
    expect(countStatuses(await burst(url, 20))).toEqual({ 200: 20 });
    const before = (await simulator.calls({ account: "account-1" })).length;

    // The pair is remembered: it costs no more calls. No account is parked or retired.
    expect(countStatuses(await burst(url, 20))).toEqual({ 200: 20 });
    const after = await simulator.calls({ account: "account-1" });
    expect(after).toHaveLength(before);
    const { keys } = await readPoolStatus(url);
    expect(keys.every(({ available }) => available)).toBe(true);

    const admin = new AdminClient(url);
    await admin.logIn(password);
    const page = await admin.get("/admin");
    expect(page.text).toContain("refuses test/model:free");
  },
);

test("it is returned as it came when no account is left, and costs one call each", async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 3,
    perMinute: 1_000,
  });
  const { url, simulator } = stack;
  const marker = "nowhere";
  await simulator.script([
    { match: { marker }, times: 1_000, fault: { kind: "404-data-policy" } },
  ]);
  const answer = await chat(url, { marker });
  expect(answer.status).toBe(404);
  expect(JSON.stringify(answer.body)).toContain("data policy");
  expect(await simulator.calls({ marker })).toHaveLength(3);
});

test("while the only account that serves a model is at its limit, the request waits for it", async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 2,
    perMinute: 4,
    windowMs: 3_000,
  });
  const { url, simulator } = stack;
  await simulator.script([
    {
      match: { account: "account-1" },
      times: 1_000,
      fault: { kind: "404-data-policy" },
    },
  ]);
  expect(countStatuses(await burst(url, 8))).toEqual({ 200: 8 });
});

test("12 of 12 are answered by the one account that serves their model", async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 3,
    perMinute: 1_000,
    models: [],
  });
  const { url, simulator } = stack;
  const refusedModels = ["test/model:free"];
  await simulator.settings({
    accounts: {
      "account-0": { refusedModels },
      "account-1": { refusedModels },
    },
  });
  expect(countStatuses(await burst(url, 12))).toEqual({ 200: 12 });
});
