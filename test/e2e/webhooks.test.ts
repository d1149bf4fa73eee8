import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import OpenAI, { toFile } from "openai";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { toClientSecret } from "../../apps/gateway/src/webhooks/sending/secrets.ts";
import { batchInput } from "../support/batch-input.ts";
import { testModel } from "../support/chat.ts";
import { type Stack, startStack } from "../support/stack.ts";
import { until } from "../support/until.ts";

const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

type Received = { path: string; headers: IncomingHttpHeaders; body: string };

let stack: Stack;
let openai: OpenAI;
const received: Received[] = [];
/** What the receiver answers next; then 200. */
const answers: { status: number; location?: string }[] = [];
const receiver = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks).toString();
    received.push({
      path: String(request.url),
      headers: request.headers,
      body,
    });
    const { status, location } = answers.shift() ?? { status: 200 };
    response.writeHead(status, location ? { location } : {}).end();
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) =>
    receiver.listen(0, "127.0.0.1", () => resolve()),
  );
  const { port } = receiver.address() as AddressInfo;
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    perMinute: 100,
    perDay: 10_000,
    windowMs: 1_000,
    gateways: 2,
    env: {
      WEBHOOK_URL: `http://127.0.0.1:${port}/events`,
      WEBHOOK_SECRET: secret,
      WEBHOOK_ALLOW_PRIVATE: "true",
      WEBHOOK_RETRY_MS: "100",
    },
  });
  openai = new OpenAI({
    baseURL: `${stack.url}/v1`,
    apiKey: "unused",
    webhookSecret: secret,
  });
});
afterAll(async () => {
  await stack?.stop();
  receiver.close();
});

const order = { model: testModel, input: "Hello", background: true } as const;

/** All that the receiver got about something, verified by OpenAI's SDK. */
async function eventsOf(id: string) {
  const events = await Promise.all(
    received.map(({ body, headers }) =>
      openai.webhooks.unwrap(body, headers as Record<string, string>),
    ),
  );
  return events.filter(({ data }) => "id" in data && data.id === id);
}

test("OpenAI's SDK verifies the event of a response", async () => {
  const { id } = await openai.responses.create(order);
  const [event] = await until("the event has come", async () => {
    const events = await eventsOf(id);
    return events.length > 0 ? events : undefined;
  });
  expect(event).toMatchObject({
    object: "event",
    type: "response.completed",
    data: { id },
  });
  expect((await openai.responses.retrieve(id)).status).toBe("completed");
});

test("a receiver that is down for three tries gets the event once more, with the same id; a redirect is not followed", async () => {
  answers.push(
    { status: 503 },
    { status: 307, location: "/elsewhere" },
    { status: 500 },
  );
  const { id } = await openai.responses.create(order);
  const events = await until("the fourth try has come", async () => {
    const seen = await eventsOf(id);
    return seen.length === 4 ? seen : undefined;
  });
  expect(new Set(events.map((event) => event.id)).size).toBe(1);
  expect(received.every(({ path }) => path === "/events")).toBe(true);
});

test("a batch says its end", async () => {
  const file = await openai.files.create({
    file: await toFile(Buffer.from(batchInput(3)), "input.jsonl"),
    purpose: "batch",
  });
  const { id } = await openai.batches.create({
    input_file_id: file.id,
    endpoint: "/v1/chat/completions",
    completion_window: "24h",
  });
  const [event] = await until("the event has come", async () => {
    const events = await eventsOf(id);
    return events.length > 0 ? events : undefined;
  });
  expect(event).toMatchObject({ type: "batch.completed" });
});

test("each client has a secret of its own, and none is in the logs", () => {
  expect(toClientSecret(secret, "a")).toMatch(/^whsec_/);
  expect(toClientSecret(secret, "a")).not.toBe(toClientSecret(secret, "b"));
  for (const { output } of [...stack.gateways, ...stack.workers]) {
    expect(output.join("\n")).not.toContain("whsec_");
  }
});
