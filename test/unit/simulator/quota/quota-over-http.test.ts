import { describe, expect, it } from "vitest";
import {
  get,
  KEY,
  MODEL,
  OTHER_KEY,
  post,
  postWith,
  readError,
  startForTest,
  until,
} from "../harness.ts";

function accountWith(settings: Record<string, unknown>) {
  return { accounts: { first: { keys: [KEY, OTHER_KEY], ...settings } } };
}

describe("the free-model quota", () => {
  it("is shared by an account's keys, and exact under a burst", async () => {
    const simulator = await startForTest();
    const keys = Array.from({ length: 60 }, (_, i) =>
      i % 2 ? KEY : OTHER_KEY,
    );
    const answers = await Promise.all(
      keys.map((key) => post(simulator, {}, { key })),
    );
    const passed = answers.filter(({ status }) => status === 200);
    expect(passed).toHaveLength(20);
    expect(await simulator.summary()).toMatchObject({
      total: 60,
      byStatus: { 200: 20, 429: 40 },
      byKind: { ok: 20, "429-account-minute": 40 },
      byAccount: { first: 60 },
      quotaViolations: 40,
      quotaRefusals: { minute: 40, day: 0, model: 0 },
      worstWindow: { first: 60 },
      worstCountedWindow: { first: 20 },
    });
  });

  it("counts at arrival, before the latency", async () => {
    const settings = accountWith({ perMinute: 1 });
    const simulator = await startForTest({ ...settings, latencyMs: 800 });
    const slow = post(simulator);
    await expect.poll(async () => (await simulator.calls()).length).toBe(1);
    expect((await post(simulator)).status).toBe(429);
    const [first] = await simulator.calls();
    expect(first).toMatchObject({ counted: true, finishedAt: null });
    expect((await slow).status).toBe(200);
  });

  it("slides: the stated reset is when the next call passes", async () => {
    const settings = accountWith({ perMinute: 2 });
    const simulator = await startForTest({ ...settings, windowMs: 1_500 });
    await post(simulator);
    await post(simulator);
    const refused = await post(simulator);
    const resetAt = Number(refused.headers.get("x-ratelimit-reset"));
    const [first] = await simulator.calls();
    expect(resetAt).toBe((first?.at ?? 0) + 1_500);
    await until(async () => (await post(simulator)).ok || undefined);
    const calls = await simulator.calls();
    const times = (counted: boolean) =>
      calls.filter((call) => call.counted === counted).map(({ at }) => at);
    expect(Math.max(...times(false))).toBeLessThan(resetAt);
    expect(times(true)).toHaveLength(3);
    expect(times(true)[2]).toBeGreaterThanOrEqual(resetAt);
  });

  it("in clock mode states the end of the clock's window", async () => {
    const settings = accountWith({ perMinute: 0 });
    const quotaMode = "clock";
    const simulator = await startForTest({ ...settings, quotaMode });
    const refused = await post(simulator);
    const resetAt = Number(refused.headers.get("x-ratelimit-reset"));
    expect(resetAt % 60_000).toBe(0);
    expect(resetAt - Date.now()).toBeLessThanOrEqual(60_000);
  });

  it("refuses for the day, in the words of the account's tier", async () => {
    const settings = accountWith({
      perDay: 30,
      dailyUsedElsewhere: 29,
      paid: true,
    });
    const simulator = await startForTest(settings);
    expect((await post(simulator)).status).toBe(200);
    const { error } = await readError(await post(simulator));
    expect(error.message).toBe(
      "Rate limit exceeded: free-models-per-day-high-balance. ",
    );
    expect(error.metadata.headers["X-RateLimit-Limit"]).toBe("30");
    expect(await (await get(simulator, "/key")).json()).toMatchObject({
      data: {
        free_model_daily_requests: { limit: 30, remaining: 0, used: 30 },
      },
    });
    expect(await simulator.summary()).toMatchObject({
      quotaRefusals: { minute: 0, day: 1 },
    });
  });

  it("is spent by failed calls, but not by refused ones", async () => {
    const simulator = await startForTest(accountWith({ perMinute: 2 }));
    const refusal = { kind: "429-account-minute" } as const;
    await simulator.script([{ fault: refusal }, { fault: { kind: "500" } }]);
    const statuses: number[] = [];
    for (let call = 0; call < 4; call += 1) {
      statuses.push((await post(simulator)).status);
    }
    expect(statuses).toEqual([429, 500, 200, 429]);
    const calls = await simulator.calls();
    expect(calls.map((call) => call.counted)).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(calls.map((call) => call.quotaRefusal)).toEqual([
      null,
      null,
      null,
      "minute",
    ]);
  });

  it.each([
    [{ kind: "429-account-minute" }, false],
    [{ kind: "429-account-reset-after", seconds: 1 }, false],
    [{ kind: "429-account-day" }, false],
    [{ kind: "429-cloudflare" }, false],
    [{ kind: "401" }, false],
    [{ kind: "429-model-cap" }, true],
    [{ kind: "429-provider-pool" }, true],
    [{ kind: "402" }, true],
    [{ kind: "drop-before-headers" }, true],
    [{ kind: "embedded-error" }, true],
  ] as const)("is spent by a call struck by %j: %s", async (fault, spent) => {
    const simulator = await startForTest();
    await postWith(simulator, fault).catch(() => {});
    expect((await simulator.calls())[0]?.counted).toBe(spent);
  });

  it("leaves paid models alone", async () => {
    const settings = accountWith({ perMinute: 1, credits: 5 });
    const simulator = await startForTest(settings);
    const model = "openai/gpt-4o-mini";
    for (let call = 0; call < 3; call += 1) {
      expect((await post(simulator, { model })).status).toBe(200);
    }
    const router = { model: "openrouter/free" };
    expect(await (await post(simulator, router)).json()).toMatchObject({
      model: expect.stringMatching(/:free$/),
    });
    expect((await post(simulator, router)).status).toBe(429);
    expect((await simulator.summary()).worstWindow).toEqual({ first: 2 });
  });

  it("starts anew after a reset, of the quotas or of everything", async () => {
    const simulator = await startForTest(accountWith({ perMinute: 1 }));
    await post(simulator);
    await simulator.resetQuotas();
    expect((await post(simulator)).status).toBe(200);
    expect(await simulator.calls()).toHaveLength(2);
    await simulator.reset();
    expect(await simulator.calls()).toEqual([]);
    expect((await post(simulator)).status).toBe(200);
    expect((await simulator.calls()).map(({ n }) => n)).toEqual([3]);
  });
});

describe("other limits", () => {
  it("caps a model over all accounts", async () => {
    const simulator = await startForTest({
      accounts: { a: { keys: [KEY] }, b: { keys: [OTHER_KEY] } },
      models: { [MODEL]: { perMinute: 2 } },
    });
    await post(simulator, {}, { key: KEY });
    await post(simulator, {}, { key: OTHER_KEY });
    const refused = await post(simulator, {}, { key: OTHER_KEY });
    const { error } = await readError(refused);
    expect(refused.status).toBe(429);
    expect(error.message).toContain("limited to 2 requests per minute");
    expect(await simulator.summary()).toMatchObject({
      quotaViolations: 0,
      quotaRefusals: { model: 1 },
    });
    const model = "qwen/qwen3-coder:free";
    expect((await post(simulator, { model })).status).toBe(200);
  });

  it("refuses accounts in the red everything, those at zero paid models", async () => {
    const simulator = await startForTest({
      accounts: {
        red: { keys: [KEY], credits: -1 },
        zero: { keys: [OTHER_KEY] },
      },
    });
    const paid = { model: "openai/gpt-4o-mini" };
    expect((await post(simulator)).status).toBe(402);
    expect((await post(simulator, {}, { key: OTHER_KEY })).status).toBe(200);
    expect((await post(simulator, paid, { key: OTHER_KEY })).status).toBe(402);
    const credits = await (await get(simulator, "/credits")).json();
    expect(credits).toEqual({ data: { total_credits: 0, total_usage: 1 } });
  });
});
