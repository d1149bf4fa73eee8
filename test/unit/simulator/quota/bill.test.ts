import { describe, expect, it } from "vitest";
import type { Simulator } from "../../../simulator/start-simulator.ts";
import { get, KEY, MODEL, post, startForTest } from "../harness.ts";

type Body = { model?: string; plugins?: unknown[]; tools?: unknown[] };

const PAID = "openai/gpt-4o-mini";
// 2 tokens of prompt and 3 of answer.
const PAID_COST = 2 * 0.000_000_15 + 3 * 0.000_000_6;

function startRich(models = {}): Promise<Simulator> {
  const accounts = { first: { keys: [KEY], credits: 100 } };
  return startForTest({ accounts, models });
}

describe("the bill", () => {
  it("is nothing for free models, and for what is refused", async () => {
    const simulator = await startForTest();
    await post(simulator);
    await post(simulator, { model: "openrouter/free" });
    const refused = await post(simulator, { model: PAID });
    expect(refused.status).toBe(402);
    expect(await simulator.bill()).toEqual({ total: 0, calls: [] });
    const [call] = await simulator.calls();
    expect(call).toMatchObject({ cost: 0, billedFor: [] });
  });

  it("has the prices of a paid model, also in its answer", async () => {
    const simulator = await startRich();
    const response = await post(simulator, { model: PAID });
    const answer = (await response.json()) as {
      id: string;
      usage: { cost: number };
    };
    const found = await get(simulator, `/generation?id=${answer.id}`);
    const { data } = (await found.json()) as { data: { total_cost: number } };
    const { total, calls } = await simulator.bill();
    for (const cost of [total, answer.usage.cost, data.total_cost]) {
      expect(cost).toBeCloseTo(PAID_COST, 12);
    }
    expect(calls).toEqual([{ model: PAID, cost: total, billedFor: ["model"] }]);
    await simulator.reset();
    expect((await simulator.bill()).total).toBe(0);
  });

  it("has a paid model that a free one falls back to, in either form", async () => {
    const simulator = await startRich({ [MODEL]: { fault: { kind: "503" } } });
    await post(simulator, { models: [PAID] });
    await post(
      simulator,
      { fallbacks: [{ model: PAID }] },
      { path: "/messages" },
    );
    const { total, calls } = await simulator.bill();
    expect(calls.map(({ model }) => model)).toEqual([PAID, PAID]);
    expect(total).toBeCloseTo(2 * PAID_COST, 12);
  });

  it("has the prices that the settings give, those of a request too", async () => {
    const prices = { prompt: "0.5", completion: "1", request: "10" };
    const simulator = await startRich({ "acme/dear": { prices } });
    await post(simulator, { model: "acme/dear" });
    await post(simulator, { model: "acme/dear:nitro" });
    expect((await simulator.bill()).total).toBeCloseTo(2 * 14, 6);
  });

  it.each<[Body, string[]]>([
    [{ model: `${MODEL}:online` }, [":online"]],
    [{ plugins: [{ id: "web" }] }, ["plugin:web"]],
    [
      { plugins: [{ id: "file-parser", pdf: { engine: "mistral-ocr" } }] },
      ["plugin:file-parser"],
    ],
    [
      { tools: [{ type: "openrouter:web_search" }, { type: "function" }] },
      ["openrouter:web_search"],
    ],
  ])("has 0.02 for %j", async (body, billedFor) => {
    const simulator = await startForTest();
    await post(simulator, body);
    const { calls } = await simulator.bill();
    expect(calls).toEqual([
      { model: body.model ?? MODEL, cost: 0.02, billedFor },
    ]);
  });

  it.each([
    { plugins: [{ id: "web", enabled: false }] },
    { plugins: [{ id: "file-parser", pdf: { engine: "cloudflare-ai" } }] },
    { plugins: [{ id: "response-healing" }] },
    { model: `${MODEL}:floor` },
  ])("has nothing for %j", async (body) => {
    const simulator = await startForTest();
    expect((await post(simulator, body)).status).toBe(200);
    expect((await simulator.bill()).total).toBe(0);
  });

  it("always has the auto router, and an unknown paid model", async () => {
    const simulator = await startRich();
    const auto = await post(simulator, { model: "openrouter/auto" });
    expect(await auto.json()).toMatchObject({ model: PAID });
    await post(simulator, { model: "who/knows" });
    const { calls } = await simulator.bill();
    expect(calls.map(({ billedFor }) => billedFor)).toEqual([
      ["openrouter/auto"],
      ["model"],
    ]);
  });

  it("has no answer that brings an error", async () => {
    const simulator = await startRich();
    await simulator.script([{ fault: { kind: "embedded-error" } }]);
    await post(simulator, { model: PAID });
    expect((await simulator.bill()).total).toBe(0);
  });
});
