import { afterEach, expect, inject, test } from "vitest";
import { chat } from "../support/chat.ts";
import { residentMiB } from "../support/memory.ts";
import { operatorOf, operatorPassword, withKey } from "../support/operator.ts";
import { percentile } from "../support/percentile.ts";
import { type Stack, startStack } from "../support/stack.ts";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

test("a thousand clients cost a gateway neither time nor memory", async ({
  annotate,
}) => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 10,
    perMinute: 100_000,
    perDay: 1_000_000,
    env: { ADMIN_PASSWORD: operatorPassword },
  });
  const { url, gateways } = stack;
  const operator = operatorOf(url);
  const keys = [(await operator.create("first")).key];
  const measure = async () => {
    const times: number[] = [];
    for (let index = 0; index < 1_000; index += 1) {
      const headers = withKey(keys[index % keys.length] ?? "");
      const { status, tookMs } = await chat(url, { headers });
      expect(status).toBe(200);
      times.push(tookMs);
    }
    return {
      medianMs: percentile(times, 50),
      p95Ms: percentile(times, 95),
      mebibytes: residentMiB(gateways[0]?.pid ?? 0),
    };
  };
  await measure();
  const before = await measure();
  for (let index = 1; index < 1_000; index += 1) {
    keys.push((await operator.create(`client-${index}`)).key);
  }
  const after = await measure();
  await annotate(JSON.stringify({ before, after }));
  expect(after.medianMs).toBeLessThan(1.5 * before.medianMs + 1);
  expect(after.mebibytes).toBeLessThan(before.mebibytes + 50);
}, 300_000);
