import { afterEach, expect, inject, test } from "vitest";
import { batchClient } from "../../support/clients/batch-client.ts";
import { batchInput, batchLine } from "../../support/clients/batch-input.ts";
import { burst, chat, countStatuses } from "../../support/clients/chat.ts";
import { untilModelsKnown } from "../../support/clients/models-known.ts";
import {
  type Stack,
  type StackOptions,
  startStack,
} from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const gone = "gone/model:free";
const here = "google/gemma-4-31b-it:free";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

async function start(options: Partial<StackOptions> = {}): Promise<Stack> {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 3,
    perMinute: 20,
    simulator: { models: { [gone]: { withdrawn: "no-endpoints" } } },
    ...options,
  });
  const { url } = stack;
  await untilModelsKnown(url);
  return stack;
}

const refusal = (reason: string) => ({
  error: {
    code: 404,
    type: "model_not_found",
    metadata: { reason, suggestions: expect.any(Array) },
  },
});

test("a model that nobody has is refused without a call, with the nearest free ones", async () => {
  const { url, simulator } = await start();
  const model = "google/gemma-4-31b:free";
  const answer = await chat(url, { model });
  expect(answer.status).toBe(404);
  expect(answer.body).toMatchObject(refusal("model-not-found"));
  const { error } = answer.body as {
    error: { metadata: { suggestions: string[] } };
  };
  expect(error.metadata.suggestions[0]).toBe(here);
  expect(error.metadata.suggestions).toHaveLength(5);
  expect(await simulator.calls({ model })).toEqual([]);
});

test("a withdrawn model costs at most 2 calls, whatever waits, with 4 workers", async ({
  annotate,
}) => {
  const { url, simulator } = await start({ workers: 4 });
  const answers = await burst(url, 200, () => ({ model: gone }));
  expect(countStatuses(answers)).toEqual({ 404: 200 });
  for (const { body } of answers) {
    expect(body).toMatchObject(refusal("model-gone"));
  }
  const calls = await simulator.calls({ model: gone });
  await annotate(`200 requests for a withdrawn model: ${calls.length} calls`);
  expect(calls.length).toBeLessThanOrEqual(2);

  const batches = batchClient(url);
  const id = await batches.start(batchInput(2_000, { model: gone }));
  const batch = await batches.untilStatus(id, "completed");
  expect(batch.request_counts).toEqual({
    total: 2_000,
    completed: 0,
    failed: 2_000,
  });
  const failed = await batches.download(batch.error_file_id);
  expect(failed[0]?.error).toMatchObject({ code: "model_not_found" });
  expect((await simulator.calls({ model: gone })).length).toBe(calls.length);
});

test("a batch of a model that is found gone while it runs spends at most 2 calls on it", async () => {
  const { url, simulator } = await start({ workers: 2 });
  const lines = Array.from({ length: 500 }, (_, index) => {
    const model = index % 50 === 0 ? here : gone;
    return JSON.stringify(batchLine(`line-${index}`, { model }));
  });
  const batches = batchClient(url);
  const id = await batches.start(lines.join("\n"));
  const batch = await batches.untilStatus(id, "completed");
  expect(batch.request_counts).toEqual({
    total: 500,
    completed: 10,
    failed: 490,
  });
  const calls = await simulator.calls({ model: gone });
  expect(calls.length).toBeLessThanOrEqual(2);
});

test("a model withdrawn in mid-burst and back later is served again by itself", async ({
  annotate,
}) => {
  const model = "comes/and-goes:free";
  const { url, simulator } = await start({
    workers: 2,
    perMinute: 1_000,
    perDay: 10_000,
    simulator: { latencyMs: 50, models: { [model]: {} } },
    env: { MODELS_REFRESH_MS: "500" },
  });
  expect((await chat(url, { model })).status).toBe(200);
  await simulator.settings({
    models: { [model]: { withdrawn: "no-endpoints", listed: false } },
  });
  const away = await burst(url, 100, () => ({ model }));
  expect(countStatuses(away)).toEqual({ 404: 100 });
  const spent = (await simulator.calls({ model })).length - 1;
  await annotate(`calls spent while the model was away: ${spent}`);
  // Those that were in flight when the first refusal came.
  expect(spent).toBeLessThanOrEqual(100);
  const before = (await simulator.calls({ model })).length;
  expect(countStatuses(await burst(url, 100, () => ({ model })))).toEqual({
    404: 100,
  });
  expect(await simulator.calls({ model })).toHaveLength(before);

  // The list has to be read once without it and once with it.
  await until("the list is read without the model", async () => {
    const { status } = await fetch(`${url}/v1/models/${model}?free=false`);
    return status === 404;
  });
  await simulator.settings({ models: { [model]: null } });
  await simulator.settings({ models: { [model]: {} } });
  await until("it is served again", async () => {
    return (await chat(url, { model })).status === 200;
  });
  const back = await burst(url, 50, () => ({ model }));
  expect(countStatuses(back)).toEqual({ 200: 50 });
});

test("with MODEL_CHECK=false OpenRouter's own answers are returned", async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    simulator: { models: { [gone]: { withdrawn: "no-endpoints" } } },
    env: { MODEL_CHECK: "false" },
  });
  const { url } = stack;
  const answer = await chat(url, { model: gone });
  expect(answer.status).toBe(404);
  expect(answer.body).toMatchObject({
    error: { message: `No endpoints found for ${gone}.` },
  });
  expect((await chat(url, { model: "made/up:free" })).status).toBe(200);
});
