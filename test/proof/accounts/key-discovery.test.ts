import { afterEach, expect, inject, test } from "vitest";
import { burst, countStatuses } from "../../support/clients/chat.ts";
import { readPoolStatus } from "../../support/clients/pool-status.ts";
import {
  type Stack,
  startStack,
  testKey,
} from "../../support/processes/stack.ts";
import { removeKeys } from "../../support/redis/remove-keys.ts";
import { until } from "../../support/until.ts";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

async function countAccounts(url: string): Promise<number> {
  const { keys } = await readPoolStatus(url);
  return new Set(keys.map(({ account }) => account)).size;
}

test("calls of the day that were made elsewhere are not made again, and found again when Redis forgot", async ({
  annotate,
}) => {
  // Nobody told that these are one account's.
  const keys = [testKey(0), testKey(1)];
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    keys,
    perMinute: 1_000,
    workers: 2,
    simulator: {
      accounts: {
        one: {
          keys,
          userId: "user_one",
          dailyUsedElsewhere: 30,
          perMinute: 1_000,
        },
      },
    },
  });
  const { url, prefix, simulator } = stack;
  const answers = await burst(url, 180);
  expect(countStatuses(answers)).toEqual({ 200: 170, 429: 10 });
  const { total, quotaViolations, byPath } = await simulator.summary();
  await annotate(
    `30 of 200 used elsewhere: ${total} calls made, ${quotaViolations} refused`,
  );
  expect(total).toBe(170);
  expect(quotaViolations).toBe(0);
  // One worker asked for both.
  expect(byPath["/key"]).toBe(keys.length);

  await removeKeys(inject("redisUrl"), prefix);
  await until("the use of the day is known again", async () => {
    const { keys } = await readPoolStatus(url);
    return keys.every(({ day }) => day.used === 200);
  });
});

test("two keys turn out to be one account's in mid-burst: it is kept to one budget", async ({
  annotate,
}) => {
  const keys = [testKey(0), testKey(1)];
  const [perMinute, windowMs] = [8, 2_000];
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    keys: [...keys, testKey(2)],
    windowMs,
    guardMs: windowMs / 5,
    perMinute,
    perDay: 10_000,
    workers: 2,
    env: { KEY_PROBE_MS: "1000" },
    simulator: {
      accounts: {
        shared: { keys, perMinute, perDay: 10_000, userId: "user_shared" },
        other: { keys: [testKey(2)], perMinute, perDay: 10_000 },
      },
      // Until they are revealed.
      script: [
        { match: { path: "/key" }, times: 10_000, fault: { kind: "503" } },
      ],
    },
  });
  const { url, simulator } = stack;
  const asked = burst(url, 60);
  await until("both keys are in use", async () => {
    const calls = await Promise.all(
      keys.map((key) => simulator.calls({ key })),
    );
    return calls.every(({ length }) => length >= 4);
  });
  expect(await countAccounts(url)).toBe(3);

  const revealedAt = Date.now();
  await simulator.settings({ script: [] });
  await until("the keys are shown as one account's", async () => {
    return (await countAccounts(url)) === 2;
  });
  await annotate(`joined after ${Date.now() - revealedAt} ms`);
  expect(countStatuses(await asked)).toEqual({ 200: 60 });

  // Nothing that was granted before is on its way any more.
  const [last] = (await simulator.calls()).slice(-1);
  expect(countStatuses(await burst(url, 40))).toEqual({ 200: 40 });
  const since = await simulator.calls({ since: last?.n ?? 0 });
  const refused = since.filter((call) => call.quotaRefusal !== null);
  await annotate(`${since.length} calls after that, ${refused.length} refused`);
  expect(since.length).toBeGreaterThanOrEqual(40);
  expect(refused).toEqual([]);
  const { worstCountedWindow } = await simulator.summary();
  expect(Math.max(...Object.values(worstCountedWindow))).toBe(perMinute);
});

test("a key that is revoked in mid-burst is called no more, and no client notices", async ({
  annotate,
}) => {
  const [perMinute, windowMs] = [10, 2_000];
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 3,
    windowMs,
    perMinute,
    perDay: 10_000,
    workers: 2,
  });
  const { url, simulator } = stack;
  const asked = burst(url, 70);
  const callsOf = (index: number) => simulator.calls({ key: testKey(index) });
  await until("it is used", async () => (await callsOf(1)).length >= perMinute);

  const revokedAt = Date.now();
  await simulator.settings({
    keys: { [testKey(1)]: { fault: { kind: "401" } } },
  });
  expect(countStatuses(await asked)).toEqual({ 200: 70 });
  const calls = await callsOf(1);
  const lastAt = Math.max(...calls.map(({ at }) => at));
  const refused = calls.filter(({ status }) => status === 401).length;
  await annotate(
    `last call ${lastAt - revokedAt} ms later, ${refused} refused`,
  );
  expect(refused).toBeGreaterThan(0);
  // Those that were under way together, not window after window.
  expect(refused).toBeLessThanOrEqual(perMinute);
  expect(lastAt - revokedAt).toBeLessThan(10_000);
  const { quotaViolations, worstWindow } = await simulator.summary();
  expect(quotaViolations).toBe(0);
  expect(Math.max(...Object.values(worstWindow))).toBe(perMinute);
});

test("an account is kept to the limits that OpenRouter states, and to its operator's", async () => {
  const keys = [0, 1, 2].map(testKey);
  const [poor = "", slow = "", own = ""] = keys;
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    keys: [
      `poor=${poor}`,
      `slow=${slow}`,
      `own=${own} perMinute=3 perDay=1000`,
    ],
    windowMs: 1_000,
    perMinute: 10,
    simulator: {
      accounts: {
        poor: { keys: [poor], perMinute: 10, perDay: 12 },
        slow: { keys: [slow], perMinute: 4, perDay: 1_000 },
        own: { keys: [own], perMinute: 10, perDay: 1_000 },
      },
    },
  });
  const { url, simulator } = stack;
  expect(countStatuses(await burst(url, 60))).toEqual({ 200: 60 });

  const { byAccount, quotaRefusals, worstWindow } = await simulator.summary();
  expect(byAccount.poor).toBeLessThanOrEqual(12);
  expect(quotaRefusals.day).toBe(0);
  // The minute's limit is stated by a refusal only: those of the first window.
  expect(quotaRefusals.minute).toBeGreaterThan(0);
  expect(quotaRefusals.minute).toBeLessThanOrEqual(10 - 4);
  expect(worstWindow.own).toBe(3);
  const status = await readPoolStatus(url);
  const limitsOf = (name: string) => {
    const key = status.keys.find(({ account }) => account === name);
    return [key?.minute.limit, key?.day.limit];
  };
  expect(limitsOf("poor")).toEqual([10, 12]);
  expect(limitsOf("slow")).toEqual([4, 200]);
  expect(limitsOf("own")).toEqual([3, 1_000]);
});
