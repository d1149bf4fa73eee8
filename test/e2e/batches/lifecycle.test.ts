import { afterEach, expect, inject, test } from "vitest";
import { batchClient } from "../../support/clients/batch-client.ts";
import { batchInput, batchLine } from "../../support/clients/batch-input.ts";
import { chat } from "../../support/clients/chat.ts";
import { percentile } from "../../support/percentile.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

test("goes on by itself when the day's budget is spent and a new day begins", async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 3,
    perDay: 20,
    windowMs: 500,
    dayMs: 6_000,
  });
  const client = batchClient(stack.url);
  const id = await client.start(batchInput(130));
  const batch = await client.untilStatus(id, "completed");

  expect(batch.request_counts?.completed).toBe(130);
  const { byKind, quotaRefusals } = await stack.simulator.summary();
  expect(byKind.ok).toBe(130);
  expect(quotaRefusals.day).toBe(0);
  const calls = await stack.simulator.calls();
  const days = new Set(calls.map(({ at }) => Math.floor(at / 6_000)));
  expect(days.size).toBeGreaterThanOrEqual(3);
});

test("what is done so far can be read while the batch runs", async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 2,
    windowMs: 1_000,
    gateways: 2,
  });
  const client = batchClient(stack.url);
  const id = await client.start(batchInput(300));
  const { output_file_id } = await client.untilCompleted(id, 50);
  // Through the gateway that may not be the one that leads.
  const other = batchClient(stack.gateways[1]?.url ?? "");
  const partial = await other.download(output_file_id);
  expect(partial.length).toBeGreaterThanOrEqual(50);
  expect(partial.length).toBeLessThan(300);
  const ids = new Set(partial.map((line) => line.custom_id));
  expect(ids.size).toBe(partial.length);
  const file = await other.openai.files.retrieve(output_file_id ?? "");
  expect(file).toMatchObject({ status: "uploaded", purpose: "batch_output" });

  const batch = await client.untilStatus(id, "completed");
  expect(batch.output_file_id).toBe(output_file_id);
  expect(await other.download(output_file_id)).toHaveLength(300);
});

test("an expired batch keeps what it has and says of each other line that it expired", async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 1,
    windowMs: 1_000,
  });
  const client = batchClient(stack.url);
  const id = await client.start(batchInput(500), "4s");
  const batch = await client.untilStatus(id, "expired");

  const { completed = 0, failed = 0, total } = batch.request_counts ?? {};
  expect(completed).toBeGreaterThan(0);
  expect(failed).toBeGreaterThan(0);
  expect(completed + failed).toBe(total);
  expect(batch.expired_at).toBeGreaterThanOrEqual(batch.expires_at ?? 0);
  expect(await client.download(batch.output_file_id)).toHaveLength(completed);
  const errors = await client.download(batch.error_file_id);
  expect(errors).toHaveLength(failed);
  for (const line of errors) expect(line.error?.code).toBe("batch_expired");
  // Nothing was called in vain.
  expect((await stack.simulator.summary()).byKind.ok).toBe(completed);
});

test("a passing failure is tried again, and lines of a cooling model wait", async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 5,
    windowMs: 1_000,
    simulator: {
      script: [
        { match: { marker: "line-3" }, times: 2, fault: { kind: "503" } },
        {
          match: { model: "test/hot:free" },
          times: 3,
          fault: { kind: "429-provider-pool", retryAfterSeconds: 1 },
        },
      ],
    },
  });
  const client = batchClient(stack.url);
  const hot = batchLine("hot", { model: "test/hot:free" });
  const id = await client.start(`${batchInput(50)}${JSON.stringify(hot)}\n`);
  const batch = await client.untilStatus(id, "completed");
  expect(batch.request_counts).toEqual({ total: 51, completed: 51, failed: 0 });
});

test("requests of people who wait are not behind the batch", async (ctx) => {
  const windowMs = 4_000;
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 10,
    windowMs,
    perDay: 100_000,
    workers: 2,
    simulator: { latencyMs: 100 },
  });
  const client = batchClient(stack.url);
  const id = await client.start(batchInput(3_000));
  // The second window: slots come back as they were used.
  await client.untilCompleted(id, 250);
  const waits: number[] = [];
  for (let i = 0; i < 20; i += 1) {
    const { status, headers } = await chat(stack.url);
    expect(status).toBe(200);
    waits.push(Number(headers.get("x-queue-time-ms")));
  }
  await client.openai.batches.cancel(id);
  const [median, worst] = [percentile(waits, 50), percentile(waits, 99)];
  await ctx.annotate(
    `waited ${median} ms in the median, ${worst} ms at worst, with a window of ${windowMs} ms`,
  );
  // Behind the batch it would be many windows.
  expect(median).toBeLessThan(windowMs / 2);
});
