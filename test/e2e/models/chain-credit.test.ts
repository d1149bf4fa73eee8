import { usageObjectSchema } from "@openrouter-free-pool/shared/api/usage-object";
import { afterEach, expect, inject, test } from "vitest";
import { burst, chat } from "../../support/clients/chat.ts";
import { untilModelsKnown } from "../../support/clients/models-known.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const gone = "gone/model:free";
const here = "google/gemma-4-31b-it:free";
const message = `No endpoints found for ${gone}.`;
const notFound = {
  kind: "custom",
  status: 404,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ error: { message, code: 404 } }),
} as const;

let stack: Stack | undefined;
afterEach(() => stack?.stop());

type Status = {
  models: { id: string; hour: { calls: number; answered: number } | null }[];
};

async function readCalls(url: string) {
  const response = await fetch(`${url}/api/v1/models/status`);
  const { models } = (await response.json()) as Status;
  const of = (id: string) => models.find((model) => model.id === id)?.hour;
  return { gone: of(gone)?.calls ?? 0, here: of(here)?.answered ?? 0 };
}

async function readUsage(url: string) {
  const response = await fetch(`${url}/api/v1/usage?group_by=model`);
  return usageObjectSchema.parse(await response.json()).data;
}

test.for([
  ["plain", {}],
  ["streamed", { stream: true }],
] as const)(
  "a chain's %s answer proves and credits the model that gave it, not the first one",
  async ([, extra]) => {
    stack = await startStack({
      redisUrl: inject("redisUrl"),
      accounts: 3,
      perMinute: 20,
      simulator: { latencyMs: 400, models: { [gone]: { fault: notFound } } },
    });
    const { url, simulator } = stack;
    await untilModelsKnown(url);
    const chain = { models: [gone, here], ...extra };
    expect((await chat(url, { model: gone, extra: chain })).status).toBe(200);
    await until("the model that answered has its record", async () => {
      const calls = await readCalls(url);
      expect(calls.gone).toBe(0);
      return calls.here === 1;
    });
    await until("its use has the call and the answer", async () => {
      const rows = await readUsage(url);
      expect(rows.map(({ model }) => model)).not.toContain(gone);
      const use = rows.find(({ model }) => model === here);
      return use?.calls === 1 && use.answers === 1;
    });
    const path = "/chat/completions";
    const before = (await simulator.calls({ path })).length;
    await burst(url, 40, () => ({ model: gone }));
    const calls = (await simulator.calls({ path })).length - before;
    expect(calls).toBeLessThanOrEqual(2);
  },
);
