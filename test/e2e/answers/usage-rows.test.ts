import {
  type UsageObject,
  usageObjectSchema,
} from "@openrouter-free-pool/shared/api/usage-object";
import { afterEach, expect, inject, test } from "vitest";
import type { Fault } from "../../simulator/start-simulator.ts";
import { chat } from "../../support/clients/chat.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

const fine: Fault = {
  kind: "custom",
  status: 200,
  headers: { "Content-Type": "application/json" },
  body: '{"id":"g","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"fine"}}],"usage":{"prompt_tokens":3,"completion_tokens":4}}',
};

async function start(env: Record<string, string>, hasList = true) {
  stack = await startStack({ redisUrl: inject("redisUrl"), env, gateways: 0 });
  const { simulator } = stack;
  if (!hasList) {
    const fault: Fault = { kind: "503" };
    await simulator.script([
      { match: { path: "/models" }, times: 1_000, fault },
    ]);
  }
  await simulator.script([
    { match: { path: "/chat/completions" }, times: 10, fault: fine },
  ]);
  return (await stack.startGateway()).url;
}

/** The rows by model, once calls and answers are there. */
async function readRows(url: string): Promise<UsageObject["data"]> {
  return until("calls and answers are counted", async () => {
    const response = await fetch(`${url}/api/v1/usage?group_by=model`);
    const { data, total } = usageObjectSchema.parse(await response.json());
    return total.calls > 0 && total.answers > 0 ? data : undefined;
  });
}

test.each([
  ["a preset", "@preset/mine", { FREE_ONLY: "false" }, true],
  ["an unlisted model", "some/new:free", { MODEL_CHECK: "false" }, true],
  ["any model while the list is unknown", "test/model:free", {}, false],
] as const)(
  "calls and answers of %s are in one row",
  async (_name, model, env, hasList) => {
    const url = await start(env, hasList);
    expect((await chat(url, { model })).status).toBe(200);
    const [row, ...others] = await readRows(url);
    expect(row).toMatchObject({ model, calls: 1, answers: 1 });
    expect(others).toEqual([]);
  },
);
