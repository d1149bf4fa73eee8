import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { burst, chat, countStatuses } from "../../support/clients/chat.ts";
import { readPoolStatus } from "../../support/clients/pool-status.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const perMinute = 250;
const clients = 500;
const windowMs = 8_000;
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

test("of 500 clients in the queue every second one hangs up: exactly the others reach OpenRouter", async () => {
  const { url, simulator } = stack;
  const used = await burst(url, perMinute);
  expect(countStatuses(used)).toEqual({ 200: perMinute });
  await simulator.reset();

  const impatient = new AbortController();
  const asked = Array.from({ length: clients }, (_, index) =>
    chat(url, {
      marker: index % 2 ? `impatient-${index}` : `patient-${index}`,
      ...(index % 2 ? { signal: impatient.signal } : {}),
    }).then(
      ({ status }) => status,
      () => "hung up",
    ),
  );
  await until("all of them are queued", async () => {
    const { queue } = await readPoolStatus(url);
    return queue.waiting === clients;
  });
  impatient.abort();
  const statuses = await Promise.all(asked);

  const markers = (await simulator.calls({ path: "/chat/completions" })).map(
    ({ marker }) => marker ?? "",
  );
  expect(markers.filter((name) => name.startsWith("impatient"))).toEqual([]);
  expect(new Set(markers).size).toBe(clients / 2);
  expect(markers).toHaveLength(clients / 2);
  for (const [index, status] of statuses.entries()) {
    expect(status).toBe(index % 2 ? "hung up" : 200);
  }
  expect((await readPoolStatus(url)).queue.waiting).toBe(0);
});

test("a client that hangs up in flight has its call aborted", async ({
  annotate,
}) => {
  const { url, simulator } = stack;
  await simulator.settings({ latencyMs: 20_000 });
  const marker = `in-flight-${randomUUID()}`;
  const impatient = new AbortController();
  const asked = chat(url, { marker, signal: impatient.signal });
  const callOf = async () => (await simulator.calls({ marker }))[0];
  await until("the call is in flight", callOf);

  const hungUpAt = Date.now();
  impatient.abort();
  await expect(asked).rejects.toThrow();
  const call = await until("the call is aborted", async () => {
    const found = await callOf();
    return found?.abortedAt ? found : undefined;
  });
  await annotate(`aborted ${(call.abortedAt ?? 0) - hungUpAt} ms after`);
  await until("its job is gone", async () => {
    const { waiting, inFlight } = (await readPoolStatus(url)).queue;
    return waiting + inFlight === 0;
  });
  expect(await simulator.calls({ marker })).toHaveLength(1);
});
