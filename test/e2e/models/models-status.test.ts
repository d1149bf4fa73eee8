import type { ModelsStatus } from "@openrouter-free-pool/shared/api/models-status";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { chat } from "../../support/clients/chat.ts";
import { send } from "../../support/clients/send.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { jsonLines, orpool } from "../../support/terminal/orpool.ts";
import { until } from "../../support/until.ts";

const good = "qwen/qwen3-coder:free";
const streamed = "openai/gpt-oss-20b:free";
const busy = "google/gemma-4-31b-it:free";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 1,
    simulator: {
      models: {
        [busy]: { fault: { kind: "429-provider-pool", retryAfterSeconds: 50 } },
      },
    },
  });
});
afterAll(() => stack?.stop());

async function readStatus(): Promise<ModelsStatus["models"]> {
  const { status, body } = await send(`${stack.url}/api/v1/models/status`);
  expect(status).toBe(200);
  return (body as ModelsStatus).models;
}

test("the status tells of every free model how it does, and the command line shows it", async () => {
  expect((await chat(stack.url, { model: good })).status).toBe(200);
  const extra = { stream: true, stream_options: { include_usage: true } };
  await chat(stack.url, { model: streamed, extra });
  const waiting = new AbortController();
  const { signal } = waiting;
  const cooled = chat(stack.url, { model: busy, signal }).catch(() => "gone");

  const models = await until("all calls are told of", async () => {
    const all = await readStatus();
    const calls = (id: string) =>
      all.find((model) => model.id === id)?.day.calls;
    const isTold = [good, streamed, busy].every((id) => calls(id) === 1);
    return isTold && all;
  });
  expect(models.find(({ id }) => id === good)).toMatchObject({
    free: true,
    contextLength: 262_000,
    state: "up",
    waiting: 0,
    hour: { answered: 1, successRate: 1, tokensPerSecond: expect.any(Number) },
  });
  expect(models.find(({ id }) => id === streamed)).toMatchObject({
    state: "up",
    hour: {
      answered: 1,
      firstTokenP50Ms: expect.any(Number),
      tokensPerSecond: expect.any(Number),
    },
  });
  expect(models.find(({ id }) => id === busy)).toMatchObject({
    state: "cooling",
    coolingFor: expect.any(Number),
    hour: { rateLimited: 1, successRate: 0, latencyP50Ms: null },
  });
  // Best record first: the others are not known.
  const best = models.slice(0, 2).map(({ id }) => id);
  expect(best.sort()).toEqual([streamed, good]);
  expect(models.at(-1)?.id).toBe(busy);
  expect(models.some(({ id }) => id === "openai/gpt-4o-mini")).toBe(false);

  const { code, stdout } = await orpool(["models"], {
    url: stack.url,
    cwd: process.cwd(),
  });
  expect(code).toBe(0);
  const shown = jsonLines(stdout).find(({ id }) => id === good);
  expect(shown).toMatchObject({ state: "up", day: { calls: 1 } });
  waiting.abort();
  expect(await cooled).toBe("gone");
});
