import type OpenAI from "openai";
import { afterEach, expect, inject, test } from "vitest";
import { batchClient } from "../../support/clients/batch-client.ts";
import { batchInput, batchLine } from "../../support/clients/batch-input.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

const refusedModel = "test/refused:free";
const refusing = { models: { [refusedModel]: { fault: { kind: "400" } } } };

let stack: Stack | undefined;
afterEach(() => stack?.stop());

async function retry(id: string, apiKey = "unused") {
  const response = await fetch(`${stack?.url}/v1/batches/${id}/retry`, {
    method: "POST",
    headers: { authorization: `Bearer ${apiKey}` },
  });
  const body = (await response.json()) as OpenAI.Batch & {
    error?: { message: string };
  };
  return { status: response.status, message: body.error?.message, body };
}

test("only the failed lines are called again, as they stand in the input", async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 2,
    windowMs: 1_000,
    simulator: refusing as never,
  });
  const client = batchClient(stack.url);
  const { openai } = client;
  // Odd spacing, a CRLF, blank lines, an id that is escaped, no line break at the end.
  const spaced = JSON.stringify(batchLine("spaced", { model: refusedModel }))
    .replace('"body":', ' "body" :\t')
    .concat(" \r");
  const escaped = JSON.stringify(
    batchLine("ü\u2028", { model: refusedModel }),
  ).replace("ü", "\\u00fc");
  const fine = batchInput(4).split("\n");
  const input = [fine[0], spaced, "", fine[1], escaped, fine[2]].join("\n");
  const id = await client.start(input);
  const ended = await client.untilStatus(id, "completed");
  expect(ended.request_counts).toEqual({ total: 5, completed: 3, failed: 2 });

  await stack.simulator.settings({ models: { [refusedModel]: null } });
  const { status, body } = await retry(id);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    status: "validating",
    endpoint: "/v1/chat/completions",
    completion_window: "24h",
    metadata: { retry_of: id },
    forecast: { calls: 2 },
  });
  expect(body.id).not.toBe(id);
  expect(await openai.files.retrieve(body.input_file_id)).toMatchObject({
    purpose: "batch",
    filename: `${id}_retry.jsonl`,
  });
  const copied = await openai.files.content(body.input_file_id);
  expect(await copied.text()).toBe(`${spaced}\n${escaped}\n`);

  const retried = await client.untilStatus(body.id, "completed");
  expect(retried.request_counts).toMatchObject({ completed: 2, failed: 0 });
  const ids = (await client.download(retried.output_file_id)).map(
    (line) => line.custom_id,
  );
  expect(ids.sort()).toEqual(["spaced", "ü\u2028"]);

  expect(await retry(body.id)).toMatchObject({
    status: 400,
    message: `${body.id} has no failed lines`,
  });
  // Each request makes a batch of its own.
  const second = await retry(id);
  expect(second.status).toBe(200);
  expect(second.body.id).not.toBe(body.id);
  await client.untilStatus(second.body.id, "completed");

  await openai.files.delete(ended.output_file_id ?? "");
  const withoutResults = await retry(id);
  expect(withoutResults.status).toBe(404);
  expect(withoutResults.message).toContain("output file");
  await openai.files.delete(ended.input_file_id);
  expect(await retry(id)).toMatchObject({
    status: 404,
    message: expect.stringContaining(ended.input_file_id),
  });
});

test("lines that a cancelled batch did not call are called; what runs or was never valid is refused", async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 2,
    windowMs: 1_000,
    env: { GATEWAY_API_KEYS: "alice=key-of-alice,bob=key-of-bob" },
  });
  const alice = batchClient(stack.url, "key-of-alice");
  const id = await alice.start(batchInput(150));
  await alice.untilCompleted(id, 5);
  const early = await retry(id, "key-of-alice");
  expect(early.status).toBe(409);
  expect(early.message).toContain("in_progress");
  await alice.openai.batches.cancel(id);
  const { request_counts: counts } = await alice.untilStatus(id, "cancelled");

  expect(await retry(id, "key-of-bob")).toMatchObject({
    status: 404,
    message: `There is no batch ${id}`,
  });
  const { body } = await retry(id, "key-of-alice");
  const retried = await alice.untilStatus(body.id, "completed");
  expect(retried.request_counts?.total).toBe(counts?.failed);
  // No line was called twice.
  expect((await stack.simulator.summary()).byKind.ok).toBe(150);

  const wrong = JSON.stringify(batchLine("a", { extra: { method: "GET" } }));
  const invalid = await alice.start(wrong);
  await alice.untilStatus(invalid, "failed");
  const refused = await retry(invalid, "key-of-alice");
  expect(refused.status).toBe(400);
  expect(refused.message).toContain("before its first line");
});
