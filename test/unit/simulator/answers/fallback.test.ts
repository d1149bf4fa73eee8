import { describe, expect, it } from "vitest";
import type {
  Fault,
  Simulator,
  SimulatorSettings,
} from "../../../simulator/start-simulator.ts";
import { KEY, post, readError, startForTest } from "../harness.ts";

const [FIRST, SECOND, THIRD, FOURTH] = [
  "a/a:free",
  "b/b:free",
  "c/c:free",
  "d/d:free",
];
const PAID = "openai/gpt-4o-mini";
const chain = { model: FIRST, models: [SECOND, THIRD, FOURTH] };

async function whoAnswers(
  simulator: Simulator,
  body: Record<string, unknown> = chain,
): Promise<unknown> {
  const answer = (await (await post(simulator, body)).json()) as {
    model?: string;
  };
  return answer.model;
}

describe("the fallback over models", () => {
  it.each<[string, NonNullable<SimulatorSettings["models"]>[string]]>([
    ["is withdrawn", { withdrawn: "no-endpoints" }],
    ["has an id that is not valid", { withdrawn: "invalid-id" }],
    ["fails", { fault: { kind: "503" } }],
    ["is at its cap", { perMinute: 0 }],
    ["has too short a context", { contextLength: 1 }],
  ])("passes over a model that %s", async (_, settings) => {
    const models = { [FIRST]: settings, [SECOND]: settings };
    const simulator = await startForTest({ models });
    expect(await whoAnswers(simulator)).toBe(THIRD);
    const [call] = await simulator.calls();
    expect(call).toMatchObject({ model: THIRD, kind: "ok", counted: true });
  });

  it("ends with the last one's error", async () => {
    const simulator = await startForTest({
      models: {
        [FIRST]: { withdrawn: "no-endpoints" },
        [SECOND]: { fault: { kind: "529" } },
      },
    });
    const body = { model: FIRST, models: [SECOND] };
    const response = await post(simulator, body);
    expect(response.status).toBe(529);
  });

  it("takes the entries of Anthropic's fallbacks", async () => {
    const simulator = await startForTest({
      models: { [FIRST]: { fault: { kind: "503" } } },
    });
    const body = { model: FIRST, fallbacks: [{ model: SECOND }] };
    const response = await post(simulator, body, { path: "/messages" });
    expect(await response.json()).toMatchObject({ model: SECOND });
  });

  it("spends the quota once", async () => {
    const simulator = await startForTest({
      accounts: { first: { keys: [KEY], perMinute: 1 } },
      models: { [FIRST]: { fault: { kind: "503" } } },
    });
    expect(await whoAnswers(simulator)).toBe(SECOND);
    expect((await post(simulator, chain)).status).toBe(429);
    expect((await simulator.summary()).quotaViolations).toBe(1);
  });

  it("lets a scripted fault strike one model", async () => {
    const simulator = await startForTest();
    await simulator.script([{ fault: { kind: "502" } }]);
    expect(await whoAnswers(simulator)).toBe(SECOND);
  });

  it.each<Fault>([
    { kind: "401" },
    { kind: "402" },
    { kind: "403-key-limit" },
    { kind: "429-account-minute" },
    { kind: "429-cloudflare" },
    { kind: "embedded-error" },
  ])("does not help against %j", async (fault) => {
    const simulator = await startForTest();
    await simulator.script([{ match: { model: FIRST }, fault }]);
    const text = await (await post(simulator, chain)).text();
    expect(text).not.toContain("echo: hello");
    expect(await simulator.calls({ model: FIRST })).toHaveLength(1);
  });

  it("reaches a paid model once the free quota is used up, and is billed", async () => {
    const simulator = await startForTest({
      accounts: { first: { keys: [KEY], perMinute: 0, credits: 5 } },
    });
    const body = { model: FIRST, models: [SECOND, PAID] };
    expect(await whoAnswers(simulator, body)).toBe(PAID);
    expect((await simulator.bill()).calls).toHaveLength(1);
  });

  it("passes over a paid model that nobody pays for", async () => {
    const simulator = await startForTest();
    const body = { model: PAID, models: [SECOND] };
    expect(await whoAnswers(simulator, body)).toBe(SECOND);
    const response = await post(simulator, { model: FIRST, models: [PAID] });
    expect(await response.json()).toMatchObject({ model: FIRST });
    const alone = await post(simulator, { model: PAID });
    expect((await readError(alone)).error.code).toBe(402);
  });
});
