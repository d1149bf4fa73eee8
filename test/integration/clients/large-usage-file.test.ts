import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import {
  shardOf,
  usageField,
} from "@openrouter-free-pool/shared/usage/usage-counts";
import { Redis } from "ioredis";
import { afterEach, expect, inject, test } from "vitest";
import {
  operatorHeaders,
  operatorOf,
  operatorPassword,
} from "../../support/clients/operator.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

const days = ["2027-01-30", "2027-01-31"];
const models = ["a/b:free", "c/d:free", "e/f:free", "g/h:free", "i/j:free"];
/** With these models, more rows than a JSON answer may have. */
const clients = 10_100;

let stack: Stack | undefined;
afterEach(() => stack?.stop());

/** Each client has called each model on each day: as often as the number of the day. */
async function fillUsage(prefix: string): Promise<void> {
  const redis = new Redis(inject("redisUrl"));
  const redisKeys = createRedisKeys(prefix);
  for (const [at, day] of days.entries()) {
    for (let client = 0; client < clients; client += 1) {
      const id = `client_${client}`;
      const fields = models.flatMap((model) => [
        usageField("calls", id, model),
        String(at + 1),
      ]);
      void redis.hset(redisKeys.usage(day, shardOf(id)), ...fields);
    }
    await redis.ping();
  }
  await redis.quit();
}

async function readRows(address: string): Promise<string[]> {
  const answer = await fetch(address, { headers: operatorHeaders });
  const text = await answer.text();
  expect(answer.status, text.slice(0, 300)).toBe(200);
  const [header, ...rows] = text.trimEnd().split("\n");
  expect(header).toMatch(/^day,client,|^client,|^model,/);
  return rows;
}

test("the use of a pool of ten thousand clients is one whole file", async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    workers: 0,
    env: { ADMIN_PASSWORD: operatorPassword },
  });
  const { url, prefix } = stack;
  await fillUsage(prefix);
  const range = `from=${days[0]}&to=${days.at(-1)}`;

  const rows = await readRows(`${url}/admin/clients/usage.csv?${range}`);
  expect(rows).toHaveLength(days.length * clients * models.length);
  const ofDays = rows.map((row) => row.slice(0, 10));
  expect(ofDays).toEqual(ofDays.toSorted());
  expect(new Set(rows).size).toBe(rows.length);

  const usage = `${url}/api/v1/usage?format=csv&${range}`;
  expect(await readRows(usage)).toEqual(rows);
  const sums = await readRows(`${usage}&group_by=client`);
  expect(sums).toHaveLength(clients);
  expect(sums.every((row) => row.includes(`,${3 * models.length},`))).toBe(
    true,
  );
  const [first = ""] = await readRows(`${usage}&group_by=model`);
  expect(first).toMatch(`${models[0]},${3 * clients},`);

  const json = await operatorOf(url).request("GET", `/usage?${range}`);
  expect(json.status).toBe(400);
});
