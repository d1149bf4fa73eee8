import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { AdminClient } from "../../support/clients/admin-client.ts";
import { exchange } from "../../support/network/exchange.ts";
import {
  type Gateway,
  type Stack,
  startStack,
} from "../../support/processes/stack.ts";

let stack: Stack;
let admin: AdminClient;
beforeAll(async () => {
  stack = await startStack({ redisUrl: inject("redisUrl"), workers: 0 });
  admin = new AdminClient(stack.url);
  await admin.signIn(stack.gateways[0] as Gateway);
});
afterAll(() => stack?.stop());

const odd = [
  "%",
  "%ff",
  "%E0%A4%A",
  "%00",
  "..%2f..%2fpackage.json",
  "..%5c..%5cpackage.json",
  "%2e%2e%2f",
  ".env",
  "%252e%252e%252f",
  "a%0d%0ab",
  "[",
  "x".repeat(5_000),
];
const folders = [
  "/",
  "/v1/",
  "/v1/models/",
  "/v1/models/a/",
  "/v1/files/",
  "/v1/batches/",
  "/api/v1/",
  "/assets/",
  "/assets/vendor/",
  "/connect/",
  "/docs/",
  "/docs/assets/",
  "/admin/",
  "/admin/assets/",
  "/admin/assets/vendor/",
  "/admin/batches/",
  "/admin/batches/batch_1/",
  "/admin/queues/",
  "/admin/queues/static/",
  "/admin/queues/static/images/",
  "/admin/queues/queue/",
  "/admin/queues/api/queues/",
  "/admin/queues/api/queues/completions/",
];

test.for(folders)(
  "an odd path below %s is never a fault of ours",
  async (folder) => {
    for (const name of odd) {
      const path = folder + name;
      const headers = { cookie: admin.cookie };
      for (const suffix of ["", "?activeQueue=%ff&status=%"]) {
        const { status } = await exchange(stack.url + path + suffix, {
          headers,
        });
        expect(status, path).toBeLessThan(500);
      }
    }
    const [gateway] = stack.gateways;
    expect(gateway?.logged("Unforeseen error")).toEqual([]);
  },
);

test("a static file outside its folder is not found", async () => {
  for (const name of [
    "..%2fpackage.json",
    "..%2f..%2f..%2fetc%2fpasswd",
    "%",
  ]) {
    const answer = await admin.get(`/admin/queues/static/${name}`);
    expect(answer.status, name).toBe(404);
  }
});

test("only what this visitor has done is shown as done", async () => {
  const claim = "anything%20at%20all";
  for (const query of [
    `done=end-cooldown&target=${claim}`,
    `done=end-cooldown&target=${claim}&proof=${"A".repeat(43)}`,
    "done=pause&target=",
    `done[]=pause&target[]=${claim}&proof[]=x`,
  ]) {
    const { status, text } = await admin.get(`/admin?${query}`);
    expect(status).toBeLessThan(500);
    expect(text, query).not.toContain("anything at all");
    expect(text, query).not.toContain("The queue is paused");
  }
  const confirm = await admin.get(
    `/admin/confirm?action=end-cooldown&target=${claim}`,
  );
  expect(confirm.text).not.toContain("anything at all");
  const { headers } = await admin.act("resume");
  const done = await admin.get(String(headers.location));
  expect(done.text).toContain("The queue goes on.");
});
