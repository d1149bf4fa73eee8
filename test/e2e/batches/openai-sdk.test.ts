import { createReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import OpenAI, { toFile } from "openai";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import {
  batchInput,
  batchLine,
  parseOutput,
} from "../../support/clients/batch-input.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

let stack: Stack;
let openai: OpenAI;
let folder: string;

beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 4,
    perMinute: 50,
    windowMs: 1_000,
    perDay: 100_000,
    gateways: 2,
  });
  openai = new OpenAI({ baseURL: `${stack.url}/v1`, apiKey: "unused" });
  folder = await mkdtemp(join(tmpdir(), "batches-"));
});
afterAll(async () => {
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
});

function upload(text: string) {
  return toFile(Buffer.from(text), "input.jsonl").then((file) =>
    openai.files.create({ file, purpose: "batch" }),
  );
}

function start(input_file_id: string) {
  return openai.batches.create({
    input_file_id,
    endpoint: "/v1/chat/completions",
    completion_window: "24h",
    metadata: { purpose: "test" },
  });
}

function untilEnd(id: string, status: string) {
  return until(`the batch is ${status}`, async () => {
    const batch = await openai.batches.retrieve(id);
    return batch.status === status ? batch : undefined;
  });
}

test("from a streamed upload to the downloaded output", async () => {
  const path = join(folder, "requests.jsonl");
  await writeFile(path, batchInput(120));

  const file = await openai.files.create({
    file: createReadStream(path),
    purpose: "batch",
  });
  expect(file).toMatchObject({
    object: "file",
    filename: "requests.jsonl",
    purpose: "batch",
    status: "processed",
    bytes: batchInput(120).length,
  });
  expect(await (await openai.files.content(file.id)).text()).toBe(
    batchInput(120),
  );

  const started = await start(file.id);
  expect(started).toMatchObject({
    object: "batch",
    status: "validating",
    endpoint: "/v1/chat/completions",
    input_file_id: file.id,
    completion_window: "24h",
    metadata: { purpose: "test" },
    errors: null,
  });
  const batch = await untilEnd(started.id, "completed");

  expect(batch.request_counts).toEqual({
    total: 120,
    completed: 120,
    failed: 0,
  });
  expect(batch.error_file_id).toBeNull();
  const output = await openai.files.content(batch.output_file_id ?? "");
  const lines = parseOutput(await output.text());
  expect(lines.map((line) => line.custom_id).sort()).toEqual(
    Array.from({ length: 120 }, (_, index) => `line-${index}`).sort(),
  );
  for (const line of lines) {
    expect(line).toMatchObject({
      id: expect.stringMatching(/^batch_req_/),
      error: null,
      response: { status_code: 200 },
    });
    expect(JSON.stringify(line.response?.body)).toContain(
      `echo: Hello ${line.custom_id}`,
    );
  }
});

test("lines that OpenRouter refuses stand in the error file with their status", async () => {
  const refused = JSON.stringify(
    batchLine("refused", { model: "test/refused:free" }),
  );
  await stack.simulator.settings({
    models: { "test/refused:free": { fault: { kind: "400" } } },
  });
  const file = await upload(`${batchInput(3)}${refused}\n`);
  const batch = await untilEnd((await start(file.id)).id, "completed");

  expect(batch.request_counts).toEqual({ total: 4, completed: 3, failed: 1 });
  const errors = await openai.files.content(batch.error_file_id ?? "");
  expect(parseOutput(await errors.text())).toMatchObject([
    { custom_id: "refused", response: { status_code: 400 }, error: null },
  ]);
});

test("an invalid file gives a failed batch that names the lines", async () => {
  const file = await upload(
    [
      batchLine("good"),
      batchLine("wrong-url", { extra: { url: "/v1/embeddings" } }),
      batchLine("no-model", { extra: { body: { messages: [{}] } } }),
      batchLine("get", { extra: { method: "GET" } }),
      batchLine("stream", {
        extra: { body: { model: "m", messages: [{}], stream: true } },
      }),
    ]
      .map((line) => JSON.stringify(line))
      .join("\n"),
  );
  const batch = await untilEnd((await start(file.id)).id, "failed");

  expect(batch.errors).toMatchObject({
    object: "list",
    data: [
      { line: 2, code: "url_mismatch", param: "url" },
      { line: 3, code: "invalid_request", param: "body" },
      { line: 4, code: "invalid_request", param: "method" },
      { line: 5, code: "invalid_request", param: "body" },
    ],
  });
  expect(batch.failed_at).toBeGreaterThan(0);
});

test.for([
  ["is not JSON", '{"custom_id":"a"}\n{"custom_id":\n', /Line 2: .*JSON/],
  ["has no custom_id", '{"custom_id":"a"}\n\n{}\n', /Line 3: .*custom_id/],
  [
    "repeats a custom_id",
    '{"custom_id":"a"}\n{"custom_id":"b"}\n{"custom_id":"a"}',
    /Line 3: .*"a" is a duplicate of the one in line 1/,
  ],
  ["is not there", "\n\n", /no lines/],
] as const)("an upload whose line %s is refused", async ([, text, message]) => {
  await expect(upload(text)).rejects.toThrow(message);
});

test("a cancelled batch keeps what it has and calls nothing more", async () => {
  const file = await upload(batchInput(5_000));
  const { id } = await start(file.id);
  await until("some lines are done", async () => {
    const { request_counts } = await openai.batches.retrieve(id);
    return (request_counts?.completed ?? 0) > 20;
  });
  const cancelling = await openai.batches.cancel(id);
  expect(cancelling.status).toBe("cancelling");
  const batch = await untilEnd(id, "cancelled");

  const { completed = 0, failed = 0, total } = batch.request_counts ?? {};
  expect(completed + failed).toBe(5_000);
  expect(total).toBe(5_000);
  expect(completed).toBeLessThan(2_500);
  const errors = await openai.files.content(batch.error_file_id ?? "");
  const lines = parseOutput(await errors.text());
  expect(lines).toHaveLength(failed);
  expect(lines[0]).toMatchObject({
    response: null,
    error: { code: "batch_cancelled" },
  });
  await expect(openai.batches.cancel(id)).rejects.toThrow(/cancelled/);
});

test("lists are paged, newest first", async () => {
  const file = await upload(batchInput(1));
  const ids: string[] = [];
  for (let i = 0; i < 5; i += 1) ids.unshift((await start(file.id)).id);

  const page = await openai.batches.list({ limit: 2 });
  expect(page.data.map(({ id }) => id)).toEqual(ids.slice(0, 2));
  expect(page.has_more).toBe(true);
  const seen: string[] = [];
  for await (const { id } of openai.batches.list({ limit: 2 })) seen.push(id);
  expect(seen.slice(0, 5)).toEqual(ids);

  const files = await openai.files.list({ purpose: "batch", order: "desc" });
  expect(files.data[0]?.id).toBe(file.id);
  await expect(openai.batches.list({ after: "batch_nowhere" })).rejects.toThrow(
    /there is no/,
  );
});

test("a deleted file is gone, but not while a batch reads it", async () => {
  const file = await upload(batchInput(400));
  const { id } = await start(file.id);
  await expect(openai.files.delete(file.id)).rejects.toThrow(/needs this file/);
  await openai.batches.cancel(id);
  await untilEnd(id, "cancelled");
  await until("the batch is closed", () =>
    openai.files.delete(file.id).then(
      () => true,
      () => false,
    ),
  );
  await expect(openai.files.retrieve(file.id)).rejects.toThrow(
    OpenAI.NotFoundError,
  );
});
