import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { AdminClient } from "../../support/clients/admin-client.ts";
import { operatorPassword } from "../../support/clients/operator.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    workers: 0,
    env: { ADMIN_PASSWORD: operatorPassword },
  });
});
afterAll(() => stack?.stop());

test("the page's links keep the search, and the search keeps the days", async () => {
  const admin = new AdminClient(stack.url);
  await admin.logIn(operatorPassword);
  const { text } = await admin.get("/admin/clients?days=7&q=zz");
  expect(text).toContain('href="?days=30&amp;q=zz"');
  expect(text).toContain('name="days" value="7"');
});
