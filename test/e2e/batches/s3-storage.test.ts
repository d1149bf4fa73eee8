import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import S3rver from "s3rver";
import { afterEach, expect, inject, test } from "vitest";
import { batchClient } from "../../support/batch-client.ts";
import { batchInput } from "../../support/batch-input.ts";
import { type Stack, startStack } from "../../support/stack.ts";

let stack: Stack | undefined;
let s3: S3rver | undefined;
let folder: string | undefined;
afterEach(async () => {
  await stack?.stop();
  await s3?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

test("gateways share their files through a server that speaks S3", async () => {
  folder = await mkdtemp(join(tmpdir(), "s3-"));
  const bucket = `bucket-${randomUUID()}`;
  s3 = new S3rver({
    address: "127.0.0.1",
    port: 0,
    silent: true,
    directory: folder,
    configureBuckets: [{ name: bucket, configs: [] }],
  });
  const { port } = await s3.run();
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 5,
    windowMs: 1_000,
    gateways: 2,
    env: {
      FILES_STORAGE: "s3",
      S3_BUCKET: bucket,
      S3_ENDPOINT: `http://127.0.0.1:${port}`,
      S3_ACCESS_KEY_ID: "S3RVER",
      S3_SECRET_ACCESS_KEY: "S3RVER",
    },
  });
  const client = batchClient(stack.url);
  const other = batchClient(stack.gateways[1]?.url ?? "");
  const id = await client.start(batchInput(400));
  const { output_file_id } = await other.untilCompleted(id, 50);
  const partial = await other.download(output_file_id);
  expect(partial.length).toBeGreaterThanOrEqual(50);

  const batch = await client.untilStatus(id, "completed", 60_000);
  const output = await other.download(batch.output_file_id);
  expect(output).toHaveLength(400);
  expect(new Set(output.map((line) => line.custom_id)).size).toBe(400);
  await client.openai.files.delete(batch.input_file_id);
  await expect(other.openai.files.content(batch.input_file_id)).rejects.toThrow(
    /no file/,
  );
}, 60_000);
