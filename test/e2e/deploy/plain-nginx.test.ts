import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { AdminClient } from "../../support/clients/admin-client.ts";
import { chat } from "../../support/clients/chat.ts";
import {
  findNginx,
  type Nginx,
  startPlainNginx,
} from "../../support/network/nginx.ts";
import {
  type Gateway,
  type Stack,
  startStack,
} from "../../support/processes/stack.ts";

const binary = findNginx();

let stack: Stack;
let nginx: Nginx;
beforeAll(async () => {
  if (!binary) return;
  stack = await startStack({ redisUrl: inject("redisUrl") });
  nginx = await startPlainNginx(binary, stack.gateways[0] as Gateway);
});
afterAll(async () => {
  await nginx?.stop();
  await stack?.stop();
});

const pause = "/admin/queues/api/queues/completions/pause";

test("a plain nginx in front opens no page to the world, and no action", async (ctx) => {
  if (!binary) ctx.skip("needs nginx on the PATH");
  const stranger = new AdminClient(nginx.url);
  for (const path of ["/admin", "/admin/live", "/admin/queues"]) {
    const answer = await stranger.get(path, { host: "pool.example.com" });
    expect(answer.status, path).toBe(403);
  }
  expect((await stranger.put(pause)).status).toBe(403);
  expect((await chat(nginx.url)).status).toBe(200);
});

test("through it, who has the link gets in, and what the browser says of itself is not believed", async (ctx) => {
  if (!binary) ctx.skip("needs nginx on the PATH");
  const operator = new AdminClient(nginx.url);
  const answer = await operator.signIn(stack.gateways[0] as Gateway);
  expect(answer.status).toBe(303);
  expect((await operator.get("/admin")).status).toBe(200);
  expect((await operator.put(pause)).status).toBe(200);
  const foreign = {
    origin: "https://evil.test",
    "x-forwarded-host": "evil.test",
  };
  expect((await operator.put(pause, foreign)).status).toBe(403);
});
