import {
  type BatchObject,
  batchObjectSchema,
} from "@openrouter-free-pool/shared/api/batch-object";
import { afterEach, expect, inject, test } from "vitest";
import { batchClient } from "../../support/clients/batch-client.ts";
import { batchInput } from "../../support/clients/batch-input.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const dayMs = 86_400_000;

let stack: Stack | undefined;
afterEach(() => stack?.stop());

async function send(path: string, body?: object): Promise<BatchObject> {
  const response = await fetch(`${stack?.url}/v1/batches${path}`, {
    ...(body ? { method: "POST", body: JSON.stringify(body) } : {}),
    headers: { "content-type": "application/json" },
  });
  return batchObjectSchema.strict().parse(await response.json());
}

async function start(lines: number, window = "7d"): Promise<BatchObject> {
  const { openai } = batchClient(stack?.url ?? "");
  const { id } = await openai.files.create({
    file: new File([batchInput(lines)], "input.jsonl"),
    purpose: "batch",
  });
  return send("", {
    input_file_id: id,
    endpoint: "/v1/chat/completions",
    completion_window: window,
    metadata: { job: "seven" },
  });
}

/** On which day from now a batch is expected to end; 0 is today. */
function endsInDays({ forecast }: BatchObject): number {
  const today = Math.floor(Date.now() / dayMs);
  return Math.floor(((forecast.ends_at ?? 0) * 1_000) / dayMs) - today;
}

test("a batch says when it ends, from its creation on", async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 1,
    perDay: 10,
    windowMs: 1_000,
  });
  const created = await start(30);
  expect(created).toMatchObject({
    status: "validating",
    metadata: { job: "seven" },
    forecast: { calls: 30, account_days: 3 },
  });
  expect(endsInDays(created)).toBe(2);

  await until("today's budget is spent", async () => {
    const batch = await send(`/${created.id}`);
    return batch.request_counts.completed === 10;
  });
  // The gateway's view of the pool is a little older than the batch's counts.
  await until("the other 20 are forecast for the two days after", async () => {
    const batch = await send(`/${created.id}`);
    expect(batch.forecast).toMatchObject({ calls: 20, account_days: 2 });
    return endsInDays(batch) === 2;
  });

  const { id } = await start(30);
  // The batches share 40 calls equally; then 10 of the second one are left.
  await until("both count with the other", async () => {
    const [first, second] = [
      await send(`/${created.id}`),
      await send(`/${id}`),
    ];
    return endsInDays(first) === 4 && endsInDays(second) === 5;
  });
  await send(`/${id}/cancel`, {});
  // 15 calls of its own, 15 of the first batch, and 15 of the second one, whose end may not be known yet.
  const fitted = await start(15, "auto");
  expect(fitted.completion_window).toMatch(/^([5-9]|10)d$/);
  expect(fitted.expires_at ?? 0).toBeGreaterThan(fitted.forecast.ends_at ?? 0);
  await send(`/${fitted.id}/cancel`, {});
  const { data } = await batchClient(stack.url).openai.batches.list();
  expect(data.slice(1)).toMatchObject([
    { id, forecast: { calls: 0, ends_at: null } },
    { id: created.id, forecast: { calls: 20 } },
  ]);
});

test("nobody knows the end without a usable key", async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    perDay: 10,
    workers: 0,
  });
  const { forecast, completion_window } = await start(5, "auto");
  expect(completion_window).toBe("21d");
  expect(forecast).toEqual({ calls: 5, ends_at: null, account_days: 0.5 });
});
