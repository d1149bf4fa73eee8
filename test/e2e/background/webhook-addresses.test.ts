import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { deliveryListSchema } from "@openrouter-free-pool/shared/api/webhooks/delivery-object";
import { expect, inject, onTestFinished, test } from "vitest";
import { chat, testModel } from "../../support/clients/chat.ts";
import {
  operatorOf,
  operatorPassword,
  withKey,
} from "../../support/clients/operator.ts";
import { send } from "../../support/clients/send.ts";
import { startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const hosts = [
  "127.0.0.1",
  "10.0.0.1",
  "169.254.169.254",
  "[::1]",
  "[::ffff:127.0.0.1]",
  "[::ffff:a9fe:a9fe]",
  // A name that resolves to a loopback address.
  "localhost",
];

test("no event goes to an address that is not public, by whatever name", async () => {
  let connections = 0;
  const receiver = createServer((_request, response) => response.end());
  receiver.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => receiver.listen(0, () => resolve()));
  const { port } = receiver.address() as AddressInfo;
  const stack = await startStack({
    redisUrl: inject("redisUrl"),
    perMinute: 100,
    env: {
      ADMIN_PASSWORD: operatorPassword,
      WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString("base64")}`,
      WEBHOOK_RETRY_MS: "100",
    },
  });
  onTestFinished(async () => {
    await stack.stop();
    receiver.close();
  });
  const operator = operatorOf(stack.url);
  for (const [at, host] of hosts.entries()) {
    const { key } = await operator.create(`client-${at}`, {
      webhookUrl: `http://${host}:${port}/`,
    });
    const { status } = await send(`${stack.url}/v1/responses`, {
      method: "POST",
      headers: { "content-type": "application/json", ...withKey(key) },
      body: JSON.stringify({
        model: testModel,
        input: "Hello",
        background: true,
      }),
    });
    expect(status).toBe(200);
  }
  // One without an address of its own; the pool has none either.
  const { key } = await operator.create("quiet");
  const later = { ...withKey(key), prefer: "respond-async" };
  expect((await chat(stack.url, { headers: later })).status).toBe(202);

  const deliveries = await until("each was tried twice", async () => {
    const { body } = await operator.request("GET", "/webhooks");
    const { data } = deliveryListSchema.parse(body);
    const isTried = data.every(({ attempts }) => attempts >= 2);
    return data.length === hosts.length && isTried && data;
  });
  for (const delivery of deliveries) {
    expect(delivery).toMatchObject({
      status: "waiting",
      lastError: "The address is not public",
      nextTryAt: expect.any(String),
    });
  }
  expect(connections).toBe(0);
});
