import { createWriteStream, openAsBlob } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import OpenAI from "openai";
import { afterEach, expect, inject, test } from "vitest";
import { batchLine } from "../../support/clients/batch-input.ts";
import { watchMemory } from "../../support/processes/memory.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

let stack: Stack | undefined;
let folder: string | undefined;
afterEach(async () => {
  await stack?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const lines = 1_000_000;
/** The file has 188 MB; parsed, or only its ids in a set, it would take several times as much. */
const mostMiB = 220;

function* inputLines(): Generator<string> {
  for (let line = 0; line < lines; line += 1) {
    yield `${JSON.stringify(batchLine(`line-${line}`))}\n`;
  }
}

test("a file of a million lines is taken in and validated in bounded memory", async ({
  annotate,
}) => {
  stack = await startStack({ redisUrl: inject("redisUrl"), workers: 0 });
  const [gateway] = stack.gateways;
  folder = await mkdtemp(join(tmpdir(), "batches-"));
  const path = join(folder, "million.jsonl");
  await pipeline(Readable.from(inputLines()), createWriteStream(path));

  const memory = watchMemory({ gateway: gateway?.pid ?? 0 });
  const form = new FormData();
  form.set("purpose", "batch");
  form.set("file", await openAsBlob(path), "million.jsonl");
  const uploadedAt = performance.now();
  const response = await fetch(`${stack.url}/v1/files`, {
    method: "POST",
    body: form,
  });
  const uploadMs = performance.now() - uploadedAt;
  const file = (await response.json()) as { id: string; bytes: number };
  expect(response.status).toBe(200);

  const openai = new OpenAI({ baseURL: `${stack.url}/v1`, apiKey: "unused" });
  const startedAt = performance.now();
  const { id } = await openai.batches.create({
    input_file_id: file.id,
    endpoint: "/v1/chat/completions",
    completion_window: "24h",
  });
  await until(
    "the batch is validated",
    async () => (await openai.batches.retrieve(id)).status === "in_progress",
    60_000,
  );
  const validationMs = performance.now() - startedAt;
  const batch = await openai.batches.retrieve(id);
  expect(batch.request_counts?.total).toBe(lines);

  const { first = 0, highest = 0 } = memory.stop().gateway ?? {};
  await annotate(
    `${Math.round(file.bytes / 1e6)} MB: uploaded in ${Math.round(uploadMs)} ms, validated in ${Math.round(validationMs)} ms; the gateway grew from ${first} to ${highest} MiB`,
  );
  expect(highest - first).toBeLessThan(mostMiB);
}, 120_000);
