import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, expect, inject, test } from "vitest";
import type { Fault } from "../../simulator/start-simulator.ts";
import { burst, chat, countStatuses } from "../../support/clients/chat.ts";
import { readPoolStatus } from "../../support/clients/pool-status.ts";
import { send } from "../../support/clients/send.ts";
import {
  type Stack,
  startStack,
  testKey,
} from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

async function stateOf(url: string, index: number) {
  const tail = testKey(index).slice(-3);
  const { keys } = await readPoolStatus(url);
  return keys.find(({ key }) => key.endsWith(tail))?.state;
}

test("refused keys leave the pool, their requests go on, and a probe puts them back", async () => {
  const healthy = 3;
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: healthy + 1,
    perMinute: 1_000,
    perDay: 10_000,
    workers: 2,
    env: { KEY_PROBE_MS: "1000" },
  });
  const { url, simulator, workers } = stack;
  const refusals: { fault: Fault; probe: Fault; state: string }[] = [
    {
      fault: { kind: "401" },
      probe: { kind: "401" },
      state: "invalid",
    },
    {
      fault: { kind: "403-key-limit" },
      probe: { kind: "403-key-limit" },
      state: "key-limit",
    },
    { fault: { kind: "402" }, probe: { kind: "402" }, state: "no-credit" },
  ];
  await simulator.settings({
    keys: Object.fromEntries(
      refusals.map(({ fault }, index) => [testKey(index), { fault }]),
    ),
  });
  // Probes fail as long as the key is not well.
  await simulator.script(
    refusals.map(({ probe }, index) => ({
      match: { path: "/key", key: testKey(index) },
      times: 1_000,
      fault: probe,
    })),
  );

  const answers = await burst(url, 60);
  expect(countStatuses(answers)).toEqual({ 200: 60 });
  for (const [index, { state }] of refusals.entries()) {
    expect(await stateOf(url, index)).toBe(state);
  }
  const before = await simulator.calls();
  expect(countStatuses(await burst(url, 40))).toEqual({ 200: 40 });
  const since = { since: before.at(-1)?.n ?? 0, path: "/chat/completions" };
  const later = await simulator.calls(since);
  expect(new Set(later.map(({ account }) => account))).toEqual(
    new Set([`account-${healthy}`]),
  );

  await simulator.settings({ keys: null, script: [] });
  await until("every key is back", async () => {
    const { keys } = await readPoolStatus(url);
    return keys.every(({ available }) => available);
  });
  expect(countStatuses(await burst(url, 40))).toEqual({ 200: 40 });
  const { byAccount } = await simulator.summary();
  for (const index of refusals.keys()) {
    expect(byAccount[`account-${index}`]).toBeGreaterThan(5);
  }
  const messages = workers.flatMap(({ output }) => output).join("\n");
  expect(messages).toContain("as invalid");
  expect(messages).toContain("as over its own limit");
  expect(messages).toContain("as out of credit");
  expect(messages).toMatch(/Key sk-or-v1-\S+ is usable/);
});

test("keys of one account are out of credit together, and invalid each by itself", async () => {
  const keys = [0, 1].map((index) => `shared=${testKey(index)}`);
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    keys: [...keys, `other=${testKey(2)}`],
    perMinute: 1_000,
  });
  const { url, simulator } = stack;
  const shared = "shared";
  await simulator.script([
    { match: { account: shared }, fault: { kind: "402" } },
  ]);
  expect(countStatuses(await burst(url, 20))).toEqual({ 200: 20 });
  expect(await stateOf(url, 0)).toBe("no-credit");
  expect(await stateOf(url, 1)).toBe("no-credit");
  expect(await stateOf(url, 2)).toBe("available");
  const refused = await simulator.calls({ account: shared });
  expect(refused.length).toBeLessThanOrEqual(20);
});

test("a pool of invalid keys says so at once, and serves again when one is well", async ({
  annotate,
}) => {
  const told: string[] = [];
  await using chats = createServer(async (request, response) => {
    told.push(await text(request));
    response.end();
  }).listen(0, "127.0.0.1");
  await once(chats, "listening");
  const { port } = chats.address() as AddressInfo;
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 3,
    workers: 2,
    env: {
      KEY_PROBE_MS: "1000",
      NOTIFY_URL: `slack=http://127.0.0.1:${port}/hook`,
    },
  });
  const { url, simulator } = stack;
  const faults = [0, 1, 2].map((index) => [
    testKey(index),
    { fault: { kind: "401" as const } },
  ]);
  await simulator.settings({ keys: Object.fromEntries(faults) });

  const answers = [...(await burst(url, 20)), await chat(url)];
  for (const { status, headers, body } of answers) {
    expect(status).toBe(503);
    expect(headers.get("retry-after")).toBe("60");
    expect(body).toEqual({
      error: {
        code: 503,
        message: "No OpenRouter key is usable",
        type: "service_unavailable",
        metadata: { reason: "no-usable-key", retry_after_seconds: 60 },
      },
    });
  }
  const last = answers.at(-1)?.tookMs ?? 0;
  await annotate(`503 after ${Math.round(last)} ms when it is known`);
  expect(Math.max(...answers.map(({ tookMs }) => tookMs))).toBeLessThan(30_000);
  expect(await send(`${url}/ready`)).toMatchObject({
    status: 503,
    body: {
      reason: "No key works (3 of 3: 401)",
      keys: "None of 3 keys works; 3 refused (401)",
    },
  });

  await until("an operator is told", () => told.length > 0);
  expect(told[0]).toMatch(
    /OpenRouter refuses the key sk-or-v1-.{3}\.\.\..{3} \(401\)/,
  );
  expect(told.join()).not.toContain(testKey(1).slice(12, -4));

  await simulator.settings({ keys: { [testKey(1)]: null } });
  await until("the pool is ready", async () => {
    const { status } = await send(`${url}/ready`);
    return status === 200;
  });
  await until("a request is served", async () => {
    const { status } = await chat(url);
    return status === 200;
  });
});
