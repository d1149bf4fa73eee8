import { describe, expect, it } from "vitest";
import type { Simulator } from "../../simulator/start-simulator.ts";
import { get, KEY, MODEL, OTHER_KEY, post, startForTest } from "./harness.ts";

async function statusOf(
  simulator: Simulator,
  ...request: [Record<string, unknown>?, Parameters<typeof post>[2]?]
): Promise<number> {
  return (await post(simulator, ...request)).status;
}

describe("the script", () => {
  it("is used up in order, each rule as often as it says", async () => {
    const simulator = await startForTest({
      script: [
        { fault: { kind: "503" }, times: 2 },
        { fault: { kind: "500" } },
      ],
    });
    await simulator.script([{ fault: { kind: "529" } }]);
    const statuses: number[] = [];
    for (let call = 0; call < 5; call += 1) {
      statuses.push(await statusOf(simulator));
    }
    expect(statuses).toEqual([503, 503, 500, 529, 200]);
    expect((await simulator.settings()).script).toEqual([]);
  });

  it("strikes only the calls that match", async () => {
    const simulator = await startForTest({
      accounts: { a: { keys: [KEY] }, b: { keys: [OTHER_KEY] } },
    });
    await simulator.script([
      { match: { key: OTHER_KEY }, fault: { kind: "500" } },
      { match: { account: "b" }, fault: { kind: "502" } },
      { match: { model: "x/y:free" }, fault: { kind: "503" } },
      { match: { path: "/completions" }, fault: { kind: "504" } },
      { match: { stream: true }, fault: { kind: "524" } },
      { match: { marker: "m1" }, fault: { kind: "529" } },
    ]);
    const path = "/completions";
    const prompt = "p";
    expect(await statusOf(simulator)).toBe(200);
    expect(await statusOf(simulator, {}, { key: OTHER_KEY })).toBe(500);
    expect(await statusOf(simulator, {}, { key: OTHER_KEY })).toBe(502);
    expect(await statusOf(simulator, { model: "x/y:free" })).toBe(503);
    expect(await statusOf(simulator, { prompt }, { path })).toBe(504);
    expect(await statusOf(simulator, { stream: true })).toBe(524);
    expect(await statusOf(simulator, { user: "m1" })).toBe(529);
    expect(await statusOf(simulator, { user: "m1" })).toBe(200);
  });

  it("comes before the faults of key, account, model and everything", async () => {
    const simulator = await startForTest({
      accounts: { first: { keys: [KEY], fault: { kind: "504" } } },
      keys: { [KEY]: { fault: { kind: "503" } } },
      models: { [MODEL]: { fault: { kind: "502" } } },
      fault: { kind: "500" },
      script: [{ fault: { kind: "529" } }],
    });
    expect(await statusOf(simulator)).toBe(529);
    expect(await statusOf(simulator)).toBe(503);
    await simulator.settings({ keys: { [KEY]: null } });
    expect(await statusOf(simulator)).toBe(504);
    await simulator.settings({ accounts: { first: { fault: null } } });
    expect(await statusOf(simulator)).toBe(502);
    await simulator.settings({ models: { [MODEL]: { fault: null } } });
    expect(await statusOf(simulator)).toBe(500);
    await simulator.settings({ fault: null });
    expect(await statusOf(simulator)).toBe(200);
  });

  it("keeps a rule for the next call when the true quota refuses one", async () => {
    const simulator = await startForTest({
      accounts: { first: { keys: [KEY], perMinute: 0 } },
      script: [{ fault: { kind: "500" } }],
    });
    expect(await statusOf(simulator)).toBe(429);
    await simulator.settings({ accounts: { first: { perMinute: 9 } } });
    expect(await statusOf(simulator)).toBe(500);
  });

  it("strikes GET endpoints only where they are named", async () => {
    const simulator = await startForTest({
      script: [
        { fault: { kind: "500" } },
        { match: { path: "/models" }, fault: { kind: "502-html" } },
      ],
    });
    expect((await get(simulator, "/key")).status).toBe(200);
    expect((await get(simulator, "/models")).status).toBe(502);
    expect((await get(simulator, "/models")).status).toBe(200);
    expect(await statusOf(simulator)).toBe(500);
  });
});

describe("faults by chance", () => {
  it("strike about as often as they should, the same each time", async () => {
    const settings = {
      accounts: { first: { keys: [KEY], perMinute: 1e6, perDay: 1e6 } },
      fault: { kind: "percent", percent: 30, fault: { kind: "503" } },
    } as const;
    const outcomes = await Promise.all(
      [1, 2].map(async () => {
        const simulator = await startForTest({
          ...settings,
          accounts: { first: { ...settings.accounts.first, keys: [KEY] } },
        });
        const statuses: number[] = [];
        for (let call = 0; call < 200; call += 1) {
          statuses.push(await statusOf(simulator));
        }
        return statuses;
      }),
    );
    const [first = [], second] = outcomes;
    const struck = first.filter((status) => status === 503).length;
    expect(first).toEqual(second);
    expect(struck).toBeGreaterThan(35);
    expect(struck).toBeLessThan(85);
  });
});
