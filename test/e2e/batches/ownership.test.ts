import { afterEach, expect, inject, test } from "vitest";
import { batchClient } from "../../support/clients/batch-client.ts";
import { batchInput } from "../../support/clients/batch-input.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

test("clients with keys of their own see only their own files and batches", async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 5,
    env: { GATEWAY_API_KEYS: "alice=key-of-alice,bob=key-of-bob" },
  });
  const alice = batchClient(stack.url, "key-of-alice");
  const bob = batchClient(stack.url, "key-of-bob");
  const id = await alice.start(batchInput(3));
  const batch = await alice.untilStatus(id, "completed");
  expect(await alice.download(batch.output_file_id)).toHaveLength(3);

  await expect(bob.openai.batches.retrieve(id)).rejects.toThrow(/no batch/);
  await expect(bob.openai.batches.cancel(id)).rejects.toThrow(/no batch/);
  for (const file of [batch.input_file_id, batch.output_file_id ?? ""]) {
    await expect(bob.download(file)).rejects.toThrow(/no file/);
    await expect(bob.openai.files.delete(file)).rejects.toThrow(/no file/);
  }
  await expect(
    bob.openai.batches.create({
      input_file_id: batch.input_file_id,
      endpoint: "/v1/chat/completions",
      completion_window: "24h",
    }),
  ).rejects.toThrow(/no file/);
  expect((await bob.openai.batches.list()).data).toEqual([]);
  expect((await bob.openai.files.list()).data).toEqual([]);
  expect((await alice.openai.files.list()).data).toHaveLength(2);
  await expect(
    batchClient(stack.url, "wrong").openai.files.list(),
  ).rejects.toThrow(/401/);
});
