import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Fault } from "../../simulator/start-simulator.ts";
import { burst, chat, countStatuses } from "../../support/clients/chat.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const cooldownMs = 2_000;
const refusedTimes = 3;

let stack: Stack;
let usualMs: number;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 3,
    perMinute: 10_000,
    perDay: 100_000,
    simulator: { latencyMs: 100 },
    models: refusals.flatMap((_, n) => [`hot/${n}:free`, `other/${n}:free`]),
  });
  await chat(stack.url);
  const startedAt = performance.now();
  await burst(stack.url, 100);
  usualMs = performance.now() - startedAt;
});
afterAll(() => stack?.stop());

const refusals: { title: string; fault: Fault }[] = [
  {
    title: "OpenRouter's cap on a hot model",
    fault: { kind: "429-model-cap", resetInMs: cooldownMs },
  },
  {
    title: "the provider's shared pool, with Retry-After",
    fault: {
      kind: "429-provider-pool",
      retryAfterSeconds: cooldownMs / 1_000,
    },
  },
  {
    title: "the provider's shared pool, without a hint",
    fault: { kind: "429-provider-pool" },
  },
  {
    title: "a refusal that says nothing",
    fault: { kind: "429-generic" },
  },
  {
    title: "a page of Cloudflare's",
    fault: { kind: "429-cloudflare" },
  },
];

test.for(refusals.map((refusal, index) => ({ ...refusal, index })))(
  "$title delays only the jobs of that model",
  async ({ fault, index }, { annotate }) => {
    const { url, simulator } = stack;
    const [hot, other] = [`hot/${index}:free`, `other/${index}:free`];
    await simulator.script([
      { match: { model: hot }, times: refusedTimes, fault },
    ]);

    const hotAsked = burst(url, 20, () => ({ model: hot }));
    await until(`${hot} was refused`, async () => {
      const calls = await simulator.calls({ model: hot });
      return calls.some(({ status }) => status === 429);
    });
    const startedAt = performance.now();
    const others = await burst(url, 100, () => ({ model: other }));
    const othersTookMs = performance.now() - startedAt;
    const hots = await hotAsked;

    const calls = await simulator.calls({ model: hot });
    const refusedAt = calls.find(({ status }) => status === 429)?.at ?? 0;
    const back = calls.filter(({ at }) => at > refusedAt + cooldownMs / 2);
    const firstBackMs = (back[0]?.at ?? 0) - refusedAt;
    await annotate(
      `100 jobs of the other model took ${Math.round(othersTookMs)} ms (${Math.round(usualMs)} ms without a refusal); the refused model came back after ${firstBackMs} ms`,
    );
    expect(countStatuses(others)).toEqual({ 200: 100 });
    expect(countStatuses(hots)).toEqual({ 200: 20 });
    for (const { headers } of others) {
      expect(headers.get("x-attempts")).toBe("1");
    }
    expect(firstBackMs).toBeGreaterThanOrEqual(cooldownMs);
    // Whoever had to wait for the cooldown would take longer than that.
    expect(othersTookMs).toBeLessThan(usualMs * 2.5 + cooldownMs / 2);
  },
);

test("while slots are scarce, a refused model's jobs let those of another model pass", async ({
  annotate,
}) => {
  const windowMs = 3_000;
  const scarce = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 3,
    perMinute: 20,
    perDay: 10_000,
    windowMs,
    guardMs: 400,
    simulator: { latencyMs: 50 },
  });
  try {
    const { url, simulator } = scarce;
    const hot = "hot/scarce:free";
    await simulator.script([
      {
        match: { model: hot },
        fault: { kind: "429-provider-pool", retryAfterSeconds: 8 },
      },
    ]);
    const first = chat(url, { model: hot });
    await until("the model was refused", async () => {
      const { byStatus } = await simulator.summary();
      return byStatus[429];
    });

    const startedAt = performance.now();
    const hots = burst(url, 50, () => ({ model: hot }));
    const others = await burst(url, 100);
    const drainMs = performance.now() - startedAt;
    await annotate(
      `100 jobs over 59 free slots and the next window drained in ${Math.round(drainMs)} ms behind 50 jobs of a refused model; the optimum is ${windowMs} ms`,
    );
    expect(countStatuses(others)).toEqual({ 200: 100 });
    // One window, not two: no slot went to the refused model.
    expect(drainMs).toBeLessThan(windowMs * 1.9);
    expect(await simulator.calls({ model: hot })).toHaveLength(1);
    expect(countStatuses([await first, ...(await hots)])).toEqual({ 200: 51 });
    expect((await simulator.summary()).quotaViolations).toBe(0);
  } finally {
    await scarce.stop();
  }
});

test("no key is blamed for a refused model", async () => {
  const marked = stack.workers.flatMap(({ output }) =>
    output.filter((line) => line.includes("Marked key")),
  );
  expect(marked).toEqual([]);
  expect((await chat(stack.url)).status).toBe(200);
});
