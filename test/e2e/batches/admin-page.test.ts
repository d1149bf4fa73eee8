import { afterEach, expect, inject, test } from "vitest";
import { AdminClient } from "../../support/clients/admin-client.ts";
import { batchClient } from "../../support/clients/batch-client.ts";
import {
  batchInput,
  batchLine,
  parseOutput,
} from "../../support/clients/batch-input.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

const password = "correct horse battery";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

test("the page shows batches as they go on, why lines fail, and their results", async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 3,
    windowMs: 1_000,
    env: { ADMIN_PASSWORD: password },
    simulator: {
      models: { "test/refused:free": { fault: { kind: "400" } } },
    },
  });
  const admin = new AdminClient(stack.url);
  await admin.logIn(password);
  const page = (path: string) => admin.get(`/admin/batches${path}`);
  expect((await page("")).text).toContain("None yet");

  const client = batchClient(stack.url);
  const refused = JSON.stringify(
    batchLine("no", { model: "test/refused:free" }),
  );
  const id = await client.start(`${refused}\n${batchInput(200)}`);
  await client.untilCompleted(id, 60);
  const { top } = JSON.parse((await page("/live")).text) as { top: string };
  expect(top).toContain(id);
  expect(top).toContain("In progress");
  expect(top).toMatch(/\d+ of 201/);
  expect(top).toMatch(/\d+(\.\d)? \/ s/);
  expect(top).toMatch(/in \d/);
  expect(top).toContain("1\u00a0×\u00a0400");
  const partial = await page(`/${id}/output`);
  expect(parseOutput(partial.text).length).toBeGreaterThanOrEqual(60);

  await client.untilStatus(id, "completed");
  const { status, text } = await page("");
  expect(status).toBe(200);
  expect(text).toContain("201 of 201");
  expect(text).toContain("200 answered, 1 failed");
  expect(text).toContain("Completed, some failed");
  expect(parseOutput((await page(`/${id}/errors`)).text)).toHaveLength(1);
  expect((await page("/batch_nowhere/output")).status).toBe(404);

  expect(text).toContain(`action=retry-batch&amp;target=${id}`);
  await stack.simulator.settings({ models: { "test/refused:free": null } });
  // Clicked twice.
  const [done, same] = await Promise.all([
    admin.act("retry-batch", id),
    admin.act("retry-batch", id),
  ]);
  expect(done.status).toBe(303);
  expect(same.status).toBe(303);
  const { text: after } = await admin.get(String(done.headers.location));
  expect(after).toContain(`A new batch has the failed lines of ${id}.`);
  const all = (await client.openai.batches.list()).data;
  expect(all).toHaveLength(2);
  const [retry] = all;
  expect(retry?.metadata).toEqual({ retry_of: id });
  await client.untilStatus(retry?.id ?? "", "completed");
  const again = await admin.act("retry-batch", retry?.id ?? "");
  expect(again.status).toBe(409);
  expect(again.text).toContain("has no failed lines");
  expect((await page("")).text).not.toContain(`target=${retry?.id}`);
});

test("a batch is cancelled from the page, which tells what was called of it", async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 1,
    perMinute: 5,
    windowMs: 2_000,
    env: { ADMIN_PASSWORD: password },
  });
  const admin = new AdminClient(stack.url);
  await admin.logIn(password);
  const client = batchClient(stack.url);
  const id = await client.start(batchInput(300));
  await client.untilCompleted(id, 5);
  const before = (await admin.get("/admin/batches")).text;
  expect(before).toContain(`action=cancel-batch&amp;target=${id}`);
  expect(before).toContain(".jsonl");

  const done = await admin.act("cancel-batch", id);
  const { text } = await admin.get(String(done.headers.location));
  expect(text).toContain(`${id} is being cancelled.`);
  await client.untilStatus(id, "cancelled");
  const after = (await admin.get("/admin/batches")).text;
  const [, answered, notCalled] =
    /(\d+) answered, (\d+) not called/.exec(after) ?? [];
  expect(Number(answered) + Number(notCalled)).toBe(300);
  expect(Number(answered)).toBeGreaterThanOrEqual(5);
  expect(after).toContain(`${answered} of 300`);
  expect(after).not.toContain("batch_cancelled");
  expect((await admin.act("cancel-batch", id)).status).toBe(409);
});
