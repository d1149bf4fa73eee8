import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { AdminClient } from "../../support/clients/admin-client.ts";
import {
  type BatchClient,
  batchClient,
} from "../../support/clients/batch-client.ts";
import { batchInput } from "../../support/clients/batch-input.ts";
import { operatorPassword } from "../../support/clients/operator.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

const shown = 50;
let stack: Stack;
let client: BatchClient;
let admin: AdminClient;

beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    workers: 0,
    env: { ADMIN_PASSWORD: operatorPassword },
  });
  client = batchClient(stack.url);
  admin = new AdminClient(stack.url);
  await admin.logIn(operatorPassword);
});
afterAll(() => stack?.stop());

/** The batches of one page, and the link to the next one. */
async function readPage(path: string) {
  const { status, text } = await admin.get(path);
  expect(status).toBe(200);
  const [, next] = /href="([^"]+)" rel="next"/.exec(text) ?? [];
  const ids = [...text.matchAll(/<tr id="(batch_\w+)">/g)].map(([, id]) => id);
  return { ids, next };
}

test("the oldest batch that is open is above all that have ended, and the others follow page by page", async () => {
  const open = await client.start(batchInput(3));
  const others: string[] = [];
  for (let n = 0; n < shown + 4; n += 1) {
    others.unshift(await client.start(batchInput(1)));
  }
  const second = await readPage("/admin/batches");
  expect(second.ids).toEqual(others.slice(0, shown));
  await Promise.all(others.map((id) => client.openai.batches.cancel(id)));
  await Promise.all(others.map((id) => client.untilStatus(id, "cancelled")));

  const first = await readPage("/admin/batches");
  expect(first.ids).toEqual([open, ...others.slice(0, shown - 1)]);
  const rest = await readPage(String(first.next));
  expect(rest).toEqual({ ids: others.slice(shown - 1), next: undefined });
  const live = String(first.next).replace("/batches", "/batches/live");
  const { top } = JSON.parse((await admin.get(live)).text) as { top: string };
  expect(top).toContain(others.at(-1));
  expect(top).not.toContain(others[0]);

  const gone = await admin.get("/admin/batches?from=batch_0");
  expect(gone.status).toBe(400);
  expect(gone.text).toContain("<html");
});
