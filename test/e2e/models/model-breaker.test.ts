import { afterEach, expect, inject, test } from "vitest";
import {
  burst,
  chat,
  countStatuses,
  testModel,
} from "../../support/clients/chat.ts";
import { streamChat } from "../../support/clients/stream-chat.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const sick = "sick/model:free";
const requests = 20;

let stack: Stack | undefined;
afterEach(() => stack?.stop());

test("a model that fails again and again is not called for a while, others go on, and one call brings it back", async ({
  annotate,
}) => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 3,
    perMinute: 1_000,
    perDay: 10_000,
    simulator: { models: { [sick]: { fault: { kind: "503" } } } },
    env: { MAX_ATTEMPTS: "1" },
  });
  const { url, simulator } = stack;
  const impatient = { "X-Max-Wait-Ms": "4000" };
  const asked = burst(url, requests, () => ({
    model: sick,
    headers: impatient,
  }));
  await until("it cools down", () =>
    stack?.workers.some(
      ({ logged }) =>
        logged("A model fails again and again: it is not called for a while")
          .length > 0,
    ),
  );
  expect(countStatuses(await burst(url, 20))).toEqual({ 200: 20 });
  const counts = countStatuses(await asked);
  const calls = await simulator.calls({ model: sick });
  await annotate(
    `${requests} requests: ${JSON.stringify(counts)}, ${calls.length} calls`,
  );
  // Five until it cools down, and one after each cooldown.
  expect(calls.length).toBeLessThan(10);
  expect(counts[503]).toBe(calls.length);

  await simulator.settings({ models: { [sick]: { fault: null } } });
  await until(
    "it is served again",
    async () => (await chat(url, { model: sick })).status === 200,
  );
  expect(countStatuses(await burst(url, 20, () => ({ model: sick })))).toEqual({
    200: 20,
  });
});

test("clients that stop their streams say nothing of the model", async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 1,
    perMinute: 1_000,
    perDay: 10_000,
    simulator: { chunks: 1_000, interChunkMs: 20 },
  });
  const { url, simulator, workers } = stack;
  for (let stopped = 1; stopped <= 8; stopped += 1) {
    await stopStream(url);
    await until("OpenRouter was left", async () => {
      const { aborted } = await simulator.summary();
      return aborted === stopped;
    });
  }
  const lines = workers.flatMap(({ logged }) =>
    logged("A model fails again and again: it is not called for a while"),
  );
  expect(lines).toEqual([]);
});

test("streams that end with an error make their model cool down, whole ones of each endpoint do not", async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 1,
    perMinute: 1_000,
    perDay: 10_000,
    simulator: {
      models: { [sick]: { fault: { kind: "stream-error", afterEvents: 2 } } },
    },
  });
  const { url, workers } = stack;
  const said = () =>
    workers.flatMap(({ logged }) =>
      logged("A model fails again and again: it is not called for a while"),
    );
  for (const [path, body] of streams) {
    for (let count = 0; count < 6; count += 1) {
      await readStream(`${url}/v1/${path}`, body);
    }
  }
  expect(said()).toEqual([]);
  for (let count = 0; count < 5; count += 1) {
    const { bytes, isWhole } = await streamChat(`${url}/v1`, { model: sick });
    expect(isWhole).toBe(true);
    expect(bytes.toString()).toMatch(/"finish_reason":"error"/);
  }
  await until("it cools down", () => said().length > 0);
});

const messages = [{ role: "user", content: "Hello" }];
const streams = [
  ["chat/completions", { messages }],
  ["completions", { prompt: "Hello" }],
  ["messages", { messages, max_tokens: 99 }],
  ["responses", { input: "Hello" }],
] as const;

/** Reads a stream of any endpoint to its end. */
async function readStream(url: string, body: object): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: testModel, stream: true, ...body }),
  });
  expect(response.status).toBe(200);
  expect(await response.text()).toContain("data:");
}

/** Hangs up at the first content of a stream. */
async function stopStream(url: string): Promise<void> {
  const hangUp = new AbortController();
  const { status, isWhole } = await streamChat(`${url}/v1`, {
    signal: hangUp.signal,
    onChunk(bytes) {
      if (bytes.includes("data:")) hangUp.abort();
    },
  });
  expect(status).toBe(200);
  expect(isWhole).toBe(false);
}
