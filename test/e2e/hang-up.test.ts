import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { chat } from "../support/chat.ts";
import { readPoolStatus } from "../support/pool-status.ts";
import { type Stack, startStack } from "../support/stack.ts";
import { until } from "../support/until.ts";

const perMinute = 5;
const windowMs = 1_500;
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 1,
    perMinute,
    perDay: 10_000,
    windowMs,
    workers: 2,
  });
});
afterAll(() => stack?.stop());

test("a client that hangs up while it is queued costs no call", async () => {
  const { url, simulator } = stack;
  const impatient = new AbortController();
  const asked = Array.from({ length: 24 }, (_, index) =>
    chat(url, {
      marker: index % 2 ? `impatient-${index}` : `patient-${index}`,
      ...(index % 2 ? { signal: impatient.signal } : {}),
    }).then(
      ({ status }) => status,
      () => "hung up",
    ),
  );
  await until("the first window is used up", async () => {
    const { total } = await simulator.summary();
    const { queue } = await readPoolStatus(url);
    return total === perMinute && queue.waiting === 24 - perMinute;
  });
  const sent = new Set((await simulator.calls()).map(({ marker }) => marker));

  impatient.abort();
  const statuses = await Promise.all(asked);

  const calls = await simulator.calls();
  const wasted = calls.filter(
    ({ marker }) => marker?.startsWith("impatient") && !sent.has(marker),
  );
  expect(wasted).toEqual([]);
  for (const [index, status] of statuses.entries()) {
    if (index % 2 === 0) expect(status).toBe(200);
  }
  expect((await readPoolStatus(url)).queue.waiting).toBe(0);
});

test("a client that hangs up in flight has its call aborted", async ({
  annotate,
}) => {
  const { url, simulator } = stack;
  await simulator.settings({ latencyMs: 20_000 });
  const impatient = new AbortController();
  const asked = chat(url, { marker: "in-flight", signal: impatient.signal });
  const callOf = async () =>
    (await simulator.calls({ marker: "in-flight" }))[0];
  await until("the call is in flight", callOf);

  const hungUpAt = Date.now();
  impatient.abort();
  await expect(asked).rejects.toThrow();
  const call = await until("the call is aborted", async () => {
    const found = await callOf();
    return found?.abortedAt ? found : undefined;
  });
  await annotate(`aborted ${(call.abortedAt ?? 0) - hungUpAt} ms after`);
  expect((await readPoolStatus(url)).queue).toEqual({
    waiting: 0,
    inFlight: 0,
  });
  expect(await simulator.calls({ marker: "in-flight" })).toHaveLength(1);
});
