import { afterEach, expect, inject, test } from "vitest";
import { batchClient } from "../../support/clients/batch-client.ts";
import { batchInput } from "../../support/clients/batch-input.ts";
import {
  type S3Server,
  startS3Server,
} from "../../support/network/s3-server.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

let stack: Stack | undefined;
let s3: S3Server | undefined;
afterEach(async () => {
  await stack?.stop();
  await s3?.stop();
});

test("gateways share their files through a server that speaks S3", async () => {
  s3 = await startS3Server();
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 5,
    windowMs: 1_000,
    gateways: 2,
    env: s3.env,
  });
  const client = batchClient(stack.url);
  const other = batchClient(stack.gateways[1]?.url ?? "");
  const id = await client.start(batchInput(400));
  const { output_file_id } = await other.untilCompleted(id, 50);
  const partial = await other.download(output_file_id);
  expect(partial.length).toBeGreaterThanOrEqual(50);

  const batch = await client.untilStatus(id, "completed");
  const output = await other.download(batch.output_file_id);
  expect(output).toHaveLength(400);
  expect(new Set(output.map((line) => line.custom_id)).size).toBe(400);
  await client.openai.files.delete(batch.input_file_id);
  await expect(other.openai.files.content(batch.input_file_id)).rejects.toThrow(
    /no file/,
  );
});
