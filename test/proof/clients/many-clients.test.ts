import { expect, inject, onTestFinished, test } from "vitest";
import { chat } from "../../support/clients/chat.ts";
import {
  operatorOf,
  operatorPassword,
  withKey,
} from "../../support/clients/operator.ts";
import { percentile } from "../../support/percentile.ts";
import { residentMiB } from "../../support/processes/memory.ts";
import { startStack } from "../../support/processes/stack.ts";

const warmUps = 300;
const measured = 1_000;

/** A gateway with so many clients, all of which are used. */
async function startWith(clients: number) {
  const stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 10,
    perMinute: 100_000,
    perDay: 1_000_000,
    env: { ADMIN_PASSWORD: operatorPassword },
  });
  onTestFinished(() => stack.stop());
  const operator = operatorOf(stack.url);
  const keys: string[] = [];
  for (let index = 0; index < clients; index += 1) {
    keys.push((await operator.create(`client-${index}`)).key);
  }
  const times: number[] = [];
  return {
    async ask(index: number): Promise<number> {
      const headers = withKey(keys[index % clients] ?? "");
      const { status, tookMs } = await chat(stack.url, { headers });
      expect(status).toBe(200);
      return tookMs;
    },
    times,
    mebibytes: () => residentMiB(stack.gateways[0]?.pid ?? 0),
  };
}

test("a thousand clients cost a gateway neither time nor memory", async ({
  annotate,
}) => {
  const [one, thousand] = [await startWith(1), await startWith(1_000)];
  // In turns, so that whatever else the machine does disturbs both alike.
  for (let index = 0; index < warmUps + measured; index += 1) {
    for (const each of [one, thousand]) {
      const tookMs = await each.ask(index);
      if (index >= warmUps) each.times.push(tookMs);
    }
  }
  const ratio = (percent: number) =>
    percentile(thousand.times, percent) / percentile(one.times, percent);
  const [p50, p95] = [ratio(50), ratio(95)];
  const [few, many] = [one.mebibytes(), thousand.mebibytes()];
  await annotate(
    `1,000 clients beside 1: p50 ${p50.toFixed(2)} ×, p95 ${p95.toFixed(2)} ×; memory of the gateway ${(many / few).toFixed(2)} × (${many} beside ${few} MiB)`,
  );
  expect(p50).toBeLessThan(1.3);
  expect(many).toBeLessThan(few + 50);
}, 600_000);
