import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import {
  dayOf,
  shardOf,
  usageField,
} from "@openrouter-free-pool/shared/usage/usage-counts";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { AdminClient } from "../../support/clients/admin-client.ts";
import { operatorPassword } from "../../support/clients/operator.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

const clients = 10_000;
const models = 4;
const days = 3;
let stack: Stack;

beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    workers: 0,
    env: { ADMIN_PASSWORD: operatorPassword },
  });
  const redis = new Redis(inject("redisUrl"));
  const redisKeys = createRedisKeys(stack.prefix);
  for (let day = 0; day < days; day += 1) {
    const date = dayOf(Date.now() - day * 86_400_000);
    const pipeline = redis.pipeline();
    for (let n = 0; n < clients; n += 1) {
      const client = `client_${n}`;
      const fields = Array.from({ length: models }, (_, model) => [
        usageField("calls", client, `m/${model}:free`),
        1,
      ]).flat();
      pipeline.hset(redisKeys.usage(date, shardOf(client)), ...fields);
    }
    await pipeline.exec();
  }
  redis.disconnect();
});
afterAll(() => stack?.stop());

test("the whole use of 10,000 clients is in the CSV file, once and with one header", async () => {
  const admin = new AdminClient(stack.url);
  await admin.logIn(operatorPassword);
  const page = await admin.get(`/admin/clients?days=${days}`);
  const [, link = ""] = /href="([^"]*usage\.csv[^"]*)"/.exec(page.text) ?? [];
  const { status, text } = await admin.get(link.replaceAll("&amp;", "&"));
  expect(status).toBe(200);
  const [header = "", ...rows] = text.trimEnd().split("\n");
  expect(header).toMatch(/^day,client,clientName,model,calls/);
  expect(new Set(rows).size).toBe(clients * models * days);
  expect(rows).toHaveLength(clients * models * days);
});

test("the page's links keep the search, and the search keeps the days", async () => {
  const admin = new AdminClient(stack.url);
  await admin.logIn(operatorPassword);
  const { text } = await admin.get("/admin/clients?days=7&q=zz");
  expect(text).toContain('href="?days=30&amp;q=zz"');
  expect(text).toContain('name="days" value="7"');
});
