import { afterEach, expect, inject, test } from "vitest";
import { burst, chat, countStatuses } from "../../support/clients/chat.ts";
import { send } from "../../support/clients/send.ts";
import {
  type Stack,
  type StackOptions,
  startStack,
} from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

async function start(options: Omit<StackOptions, "redisUrl">): Promise<Stack> {
  stack = await startStack({ redisUrl: inject("redisUrl"), ...options });
  return stack;
}

test("a request whose X-Max-Wait-Ms passes gets a 504 and is never sent", async ({
  annotate,
}) => {
  const { url, simulator } = await start({ accounts: 1 });
  // The wait for a model is not forecast.
  await simulator.script([
    { fault: { kind: "429-provider-pool", retryAfterSeconds: 3 } },
  ]);
  const patient = chat(url, { marker: "patient" });
  await until("the pool knows that the model rests", async () => {
    const { text } = await send(`${url}/api/v1/models/status`);
    return text.includes('"cooling"');
  });
  const impatient = await chat(url, {
    marker: "impatient",
    headers: { "x-max-wait-ms": "1000" },
  });
  await annotate(`504 after ${Math.round(impatient.tookMs)} of 1000 ms`);
  expect(impatient.tookMs).toBeGreaterThanOrEqual(990);
  expect(impatient.status).toBe(504);
  expect(impatient.body).toEqual({
    error: {
      code: 504,
      message:
        "No slot became free within 1000 ms; the request was taken off the queue and not sent",
      type: "timeout_error",
      metadata: { reason: "waited-out" },
    },
  });
  expect((await patient).status).toBe(200);
  expect(await simulator.calls({ marker: "impatient" })).toEqual([]);
});

test("a request that cannot be served in its time is told so at once", async ({
  annotate,
}) => {
  const { url, simulator } = await start({
    accounts: 2,
    perMinute: 5,
    perDay: 1_000,
    // Long enough for a slow machine to use all slots and ask well before the first comes back.
    windowMs: 12_000,
  });
  const used = await burst(url, 10);
  expect(countStatuses(used)).toEqual({ 200: 10 });

  const headers = { "x-max-wait-ms": "3000" };
  const refused = await chat(url, { marker: "hopeless", headers });
  await annotate(`429 after ${Math.round(refused.tookMs)} ms`);
  expect(refused.tookMs).toBeLessThan(3_000);
  expect(refused.body).toMatchObject({
    error: {
      code: 429,
      message: expect.stringMatching(
        /^All API keys are rate limited: your turn comes in ([4-9]|1[0-4]) s, you allow 3 s$/,
      ),
      type: "rate_limit_error",
    },
  });
  const retryAfter = Number(refused.headers.get("retry-after"));
  expect(retryAfter).toBeGreaterThan(3);
  // The window, the guard, and the half second in which a grant may be used.
  expect(retryAfter).toBeLessThanOrEqual(14);
  expect(await simulator.calls({ marker: "hopeless" })).toEqual([]);
  // Merely because every key is busy nobody is refused.
  expect((await chat(url)).status).toBe(200);
});

test("with all daily budgets spent a client hears at once when to come back", async ({
  annotate,
}) => {
  // A day that does not end while this runs.
  const isNearEnd = Date.now() % 3_600_000 > 3_480_000;
  const dayMs = isNearEnd ? 5_400_000 : 3_600_000;
  const { url, simulator, startGateway } = await start({
    accounts: 2,
    perMinute: 100,
    perDay: 15,
    dayMs,
    env: { MAX_WAIT_MS: "60000" },
  });
  const idle = await startGateway();
  const answers = await burst(url, 30);
  expect(countStatuses(answers)).toEqual({ 200: 30 });

  const marker = "tomorrow";
  // The busy gateway may still think that there is a slot: then the worker says so.
  for (const gateway of [url, idle.url]) {
    const askedAt = Date.now();
    const refused = await chat(gateway, { marker });
    const whyRefused =
      gateway === idle.url
        ? /^All API keys are rate limited: today's calls are used up; new ones at \d\d:\d\d UTC$/
        : /^All API keys are rate limited: (today's|your turn)/;
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({
      error: {
        code: 429,
        message: expect.stringMatching(whyRefused),
        type: "rate_limit_error",
        metadata: { reason: "keys-rate-limited" },
      },
    });
    const untilTomorrow = Math.ceil((dayMs - (askedAt % dayMs)) / 1_000);
    const retryAfter = Number(refused.headers.get("retry-after"));
    await annotate(
      `429 after ${Math.round(refused.tookMs)} ms; Retry-After ${retryAfter} s, the day ends in ${untilTomorrow} s`,
    );
    const tookSeconds = refused.tookMs / 1_000;
    expect(retryAfter).toBeLessThanOrEqual(untilTomorrow + 3);
    expect(retryAfter).toBeGreaterThanOrEqual(untilTomorrow - 3 - tookSeconds);
    expect(refused.tookMs).toBeLessThan(30_000);
  }
  expect((await simulator.summary()).total).toBe(30);
  expect(await simulator.calls({ marker: "tomorrow" })).toEqual([]);
});

test("a new day gives fresh budgets to those who wait", async () => {
  const dayMs = 3_000;
  const { url, simulator } = await start({
    accounts: 1,
    perMinute: 100,
    perDay: 10,
    dayMs,
  });
  const answers = await burst(url, 15);
  expect(countStatuses(answers)).toEqual({ 200: 15 });
  expect((await simulator.summary()).quotaViolations).toBe(0);
});
