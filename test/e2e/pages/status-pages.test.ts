import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { burst, chat, countStatuses } from "../../support/clients/chat.ts";
import { send } from "../../support/clients/send.ts";
import {
  type Stack,
  startStack,
  testKey,
} from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const windowMs = 30_000;
let stack: Stack;
let url: string;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    keys: [`alice=${testKey(0)}`, `alice=${testKey(1)}`, testKey(2)],
    perMinute: 5,
    perDay: 8,
    windowMs,
    env: { SHUTDOWN_GRACE_MS: "500", KEY_PROBE_MS: "60000" },
  });
  url = stack.url;
});
afterAll(() => stack?.stop());

const isoTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
const version = expect.stringMatching(/^\d+\.\d+\.\d+/);

type KeysStatus = {
  keys: {
    key: string;
    account: string;
    state: string;
    available: boolean;
    minute: { used: number; remaining: number; resetIn: number | null };
    day: { used: number; remaining: number; resetIn: number | null };
  }[];
};

async function readKeys(): Promise<KeysStatus["keys"]> {
  const { status, body } = await send(`${url}/api/v1/keys/status`);
  expect(status).toBe(200);
  return (body as KeysStatus).keys;
}

test("the status of an unused pool has nothing used and no reset", async () => {
  const keys = await readKeys();
  expect(keys).toHaveLength(3);
  for (const key of keys) {
    expect(key).toMatchObject({
      minute: { used: 0, remaining: 5, resetIn: null },
      day: { used: 0, remaining: 8, resetIn: null },
      available: true,
    });
    expect(key.key).toMatch(/^sk-or-v1-000\.\.\.00[012]$/);
  }
});

test("the status counts use by account, and says when it eases", async () => {
  expect(countStatuses(await burst(url, 10))).toEqual({ 200: 10 });
  const keys = await readKeys();
  for (const key of keys) {
    expect(key.minute).toEqual({
      limit: 5,
      used: 5,
      remaining: 0,
      resetIn: expect.any(Number),
    });
    expect(key.minute.resetIn).toBeGreaterThan(0);
    // A call may go out a moment after its grant, a guard is added, and the sum is rounded up.
    expect(key.minute.resetIn).toBeLessThanOrEqual(windowMs / 1_000 + 3);
    expect(key.day).toEqual({
      limit: 8,
      used: 5,
      elsewhere: 0,
      remaining: 3,
      resetIn: expect.any(Number),
    });
    const untilMidnight = (86_400_000 - (Date.now() % 86_400_000)) / 1_000;
    expect(Math.abs((key.day.resetIn ?? 0) - untilMidnight)).toBeLessThan(60);
    expect(key).toMatchObject({ available: false, state: "minute-limited" });
  }
  const owners = keys.map(({ key, account }) => [key.slice(-1), account]);
  expect(owners.slice().sort()).toEqual([
    ["0", "alice"],
    ["1", "alice"],
    ["2", expect.stringMatching(/^[0-9a-f]{16}$/)],
  ]);
});

test("the status tells the queue, the workers and what the pool can do", async () => {
  const waiting = new AbortController();
  const asked = Array.from({ length: 4 }, () =>
    chat(url, { signal: waiting.signal }).catch(() => undefined),
  );
  await until("they wait", async () => {
    const { body } = await send(`${url}/api/v1/keys/status`);
    const { queue } = body as { queue: { waiting: number } };
    return queue.waiting === 4;
  });
  const { body } = await send(`${url}/api/v1/keys/status`);
  waiting.abort();
  await Promise.all(asked);
  expect(body).toMatchObject({
    pool: {
      keys: 3,
      available: 0,
      accounts: 2,
      perMinute: 10,
      windowMs,
      slotsFree: 0,
      leftToday: 6,
    },
    queue: { waiting: 4, inFlight: 0, paused: false },
    workers: 1,
  });
});

test("health says that the process lives", async () => {
  const { status, body } = await send(`${url}/health`);
  expect(status).toBe(200);
  expect(body).toEqual({ status: "ok", timestamp: isoTime, version });
});

test("ready says why it is not: no live worker", async () => {
  expect(await send(`${url}/ready`)).toMatchObject({
    status: 200,
    body: { status: "ready", timestamp: isoTime, version },
  });
  await stack.workers[0]?.stop();
  // What was read last may be told again for a second.
  await until("it says so", async () => {
    const { status } = await send(`${url}/ready`);
    return status === 503;
  });
  expect(await send(`${url}/ready`)).toMatchObject({
    status: 503,
    body: {
      status: "not ready",
      reason: "No worker is alive",
      timestamp: isoTime,
      version,
    },
  });
});
