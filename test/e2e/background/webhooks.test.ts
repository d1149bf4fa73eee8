import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { deliveryListSchema } from "@openrouter-free-pool/shared/api/webhooks/delivery-object";
import OpenAI, { toFile } from "openai";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { toClientSecret } from "../../../apps/gateway/src/webhooks/sending/secrets.ts";
import { batchInput } from "../../support/clients/batch-input.ts";
import { testModel } from "../../support/clients/chat.ts";
import {
  operatorOf,
  operatorPassword,
} from "../../support/clients/operator.ts";
import { scrape } from "../../support/metrics.ts";
import { findBarriers } from "../../support/pages/accessibility.ts";
import { findChromium, logInPage, Pages } from "../../support/pages/browser.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

type Received = { path: string; headers: IncomingHttpHeaders; body: string };

let stack: Stack;
let openai: OpenAI;
let receiverUrl: string;
const pages = new Pages(findChromium());
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
  receiverUrl = `http://127.0.0.1:${port}`;
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    perMinute: 100,
    perDay: 10_000,
    windowMs: 1_000,
    gateways: 2,
    env: {
      WEBHOOK_URL: `${receiverUrl}/events`,
      WEBHOOK_SECRET: secret,
      WEBHOOK_ALLOW_PRIVATE: "true",
      WEBHOOK_RETRY_MS: "100",
      ADMIN_PASSWORD: operatorPassword,
    },
  });
  openai = new OpenAI({
    baseURL: `${stack.url}/v1`,
    apiKey: "unused",
    webhookSecret: secret,
  });
});
afterAll(async () => {
  await pages.end();
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
    { status: 307, location: `${receiverUrl}/elsewhere` },
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

test.for(["completed", "cancelled", "failed"] as const)(
  "a batch says its end: %s",
  async (ending) => {
    const lines = batchInput(30);
    // A line for another endpoint.
    const input =
      ending === "failed" ? lines.replace("/v1/chat", "/v1/other") : lines;
    await stack.simulator.settings({ latencyMs: 200 });
    const file = await openai.files.create({
      file: await toFile(Buffer.from(input), "input.jsonl"),
      purpose: "batch",
    });
    const { id } = await openai.batches.create({
      input_file_id: file.id,
      endpoint: "/v1/chat/completions",
      completion_window: "24h",
    });
    if (ending === "cancelled") await openai.batches.cancel(id);
    const [event] = await until("the event has come", async () => {
      const events = await eventsOf(id);
      return events.length > 0 ? events : undefined;
    });
    expect(event).toMatchObject({ type: `batch.${ending}` });
    await stack.simulator.settings({ latencyMs: 0 });
  },
);

test("operators see what arrived, and send it again under its id", async () => {
  const operator = operatorOf(stack.url);
  answers.push({ status: 503 }, { status: 204 });
  const { id } = await openai.responses.create(order);
  const listed = await until("it was delivered", async () => {
    const { body } = await operator.request("GET", "/webhooks?limit=1");
    const { data } = deliveryListSchema.parse(body);
    return data[0]?.about === id && data[0].attempts === 2 && data[0];
  });
  expect(listed).toMatchObject({
    type: "response.completed",
    status: "delivered",
    client: null,
    receiver: new URL(receiverUrl).host,
    lastError: null,
    nextTryAt: null,
  });
  const seen = (await eventsOf(id)).length;
  const again = await operator.request("POST", `/webhooks/${listed.id}/send`);
  expect(again).toMatchObject({ status: 200, body: { status: "waiting" } });
  const events = await until("it has come again", async () => {
    const all = await eventsOf(id);
    return all.length > seen && all;
  });
  expect(new Set(events.map((event) => event.id))).toEqual(
    new Set([listed.id]),
  );
  const unknown = `/webhooks/evt_${"0".repeat(48)}/send`;
  expect((await operator.request("POST", unknown)).status).toBe(404);
  for (const query of ["status=lost", "limit=0", "after=evt_none"]) {
    const refused = await operator.request("GET", `/webhooks?${query}`);
    expect(refused.status, query).toBe(400);
  }
  const counted = await Promise.all(
    stack.gateways.map(async ({ url }) =>
      (await scrape(url)).value("orpool_webhook_tries_total", {
        result: "retried",
      }),
    ),
  );
  expect(counted.reduce<number>((sum, n) => sum + (n ?? 0), 0)).toBe(4);
});

test("the page of webhooks shows them, and sends one again", async ({
  skip,
}) => {
  if (!findChromium()) skip("needs chromium on the PATH");
  const page = await pages.open(stack.url);
  await logInPage(page, operatorPassword, { at: "/admin/webhooks" });
  const rows = page.getByRole("row", { name: /response\.completed/ });
  const count = received.length;
  await rows.first().getByRole("link", { name: "Send again" }).click();
  await page.getByRole("button", { name: "Send it" }).click();
  await page.getByText("is on its way").waitFor();
  await until("it has come again", () => received.length > count);
  await page.getByRole("link", { name: "delivered" }).click();
  await rows.first().waitFor();
  for (const { width, colorScheme } of [
    { width: 1280, colorScheme: "light" },
    { width: 390, colorScheme: "dark" },
  ] as const) {
    await page.setViewportSize({ width, height: 850 });
    await page.emulateMedia({ colorScheme });
    const overflow = await page.evaluate<number>(
      "document.documentElement.scrollWidth - innerWidth",
    );
    expect(overflow).toBeLessThanOrEqual(0);
    expect(await findBarriers(page)).toEqual([]);
  }
  await page.getByRole("link", { name: "no address" }).click();
  await page.getByText("There is none of the kind.").waitFor();
  expect(pages.takeComplaints()).toEqual([]);
});

test("each client has a secret of its own, and none is in the logs", () => {
  expect(toClientSecret(secret, "a")).toMatch(/^whsec_/);
  expect(toClientSecret(secret, "a")).not.toBe(toClientSecret(secret, "b"));
  for (const { output } of [...stack.gateways, ...stack.workers]) {
    expect(output.join("\n")).not.toContain("whsec_");
  }
});
