import { afterEach, expect, inject, test } from "vitest";
import { batchClient } from "../../support/clients/batch-client.ts";
import { batchInput } from "../../support/clients/batch-input.ts";
import { burst, chat, countStatuses } from "../../support/clients/chat.ts";
import {
  operatorOf,
  operatorPassword,
  withKey,
} from "../../support/clients/operator.ts";
import {
  findNginx,
  type Nginx,
  startNginx,
} from "../../support/network/nginx.ts";
import {
  type Stack,
  startStack,
  testKey,
} from "../../support/processes/stack.ts";

const clientKeys = Array.from({ length: 8 }, (_, n) => `client-key-${n}`);

const stacks: Stack[] = [];
let nginx: Nginx | undefined;
afterEach(async () => {
  await nginx?.stop();
  await Promise.all(stacks.splice(0).map((stack) => stack.stop()));
});

/** A pool with accounts of its own, which lets all clients in. */
async function startPool(firstAccount: number): Promise<Stack> {
  const stack = await startStack({
    redisUrl: inject("redisUrl"),
    keys: [testKey(firstAccount), testKey(firstAccount + 1)],
    perMinute: 20,
    perDay: 10_000,
    windowMs: 2_000,
    gateways: 2,
    simulator: { latencyMs: 50 },
    env: {
      GATEWAY_API_KEYS: clientKeys.join(","),
      ADMIN_PASSWORD: operatorPassword,
    },
  });
  stacks.push(stack);
  return stack;
}

test("two pools behind one nginx serve all clients with the calls of both, each client by one pool", async (ctx) => {
  const binary = findNginx();
  if (!binary) return ctx.skip("needs nginx on the PATH");
  const [a, b] = [await startPool(0), await startPool(10)];
  const gateways = [...a.gateways, ...b.gateways];
  nginx = await startNginx(binary, gateways, "two-pools.conf");
  const { url } = nginx;

  const answers = await burst(url, 240, (n) => ({
    marker: clientKeys[n % clientKeys.length] ?? "",
    headers: withKey(clientKeys[n % clientKeys.length] ?? ""),
  }));
  expect(countStatuses(answers)).toEqual({ 200: 240 });
  const clientsOf = async ({ simulator }: Stack) =>
    new Set((await simulator.calls()).map(({ marker }) => marker));
  const [ofA, ofB] = [await clientsOf(a), await clientsOf(b)];
  expect(ofA.size + ofB.size).toBe(clientKeys.length);
  expect(Math.min(ofA.size, ofB.size)).toBeGreaterThan(0);

  // Files, batches and idempotency keys of a client are where its requests go.
  for (const client of [[...ofA][0], [...ofB][0]]) {
    const batches = batchClient(url, client ?? "");
    const id = await batches.start(batchInput(20));
    const batch = await batches.untilStatus(id, "completed");
    expect(await batches.download(batch.output_file_id)).toHaveLength(20);
    const headers = { ...withKey(client ?? ""), "idempotency-key": "the same" };
    const [first, second] = [
      await chat(url, { headers }),
      await chat(url, { headers }),
    ];
    expect(second.text).toBe(first.text);
  }

  // One pool out of order is the end of its own clients only.
  await Promise.all(a.gateways.map((gateway) => gateway.kill()));
  const after = await Promise.all(
    clientKeys.map((key) => chat(url, { headers: withKey(key) })),
  );
  expect(countStatuses(after)).toEqual({ 200: ofB.size, 502: ofA.size });
});

test("a client that was made at run time exists in its own pool only", async () => {
  const [a, b] = [await startPool(0), await startPool(10)];
  const { key } = await operatorOf(a.url).create("made-in-a");
  expect((await chat(a.url, { headers: withKey(key) })).status).toBe(200);
  expect((await chat(b.url, { headers: withKey(key) })).status).toBe(401);
});
