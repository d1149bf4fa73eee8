import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { chat } from "../../support/clients/chat.ts";
import { send } from "../../support/clients/send.ts";
import { streamChat } from "../../support/clients/stream-chat.ts";
import {
  findNginx,
  type Nginx,
  startNginx,
} from "../../support/network/nginx.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

const binary = findNginx();
const windowMs = 3_000;

let stack: Stack;
let nginx: Nginx;
beforeAll(async () => {
  if (!binary) return;
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 1,
    perMinute: 6,
    perDay: 10_000,
    windowMs,
    gateways: 2,
    env: { STREAM_COMMENT_MS: "200" },
  });
  nginx = await startNginx(binary, stack.gateways);
});
afterAll(async () => {
  await nginx?.stop();
  await stack?.stop();
});

test("a plain answer and an error of ours pass as they are", async (ctx) => {
  if (!binary) ctx.skip("needs nginx on the PATH");
  const answer = await chat(nginx.url);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("x-queue-time-ms")).toMatch(/^\d+$/);
  const refused = await send(`${nginx.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{",
  });
  expect(refused.status).toBe(400);
  expect(refused.body).toMatchObject({ error: { code: 400 } });
});

test("events come one by one, as they are sent", async (ctx) => {
  if (!binary) ctx.skip("needs nginx on the PATH");
  await stack.simulator.settings({ chunks: 10, interChunkMs: 150 });
  const stream = await streamChat(`${nginx.url}/v1`);
  await stack.simulator.settings({ chunks: null, interChunkMs: 0 });
  expect(stream.isWhole).toBe(true);
  expect(stream.bytes.toString().slice(-14)).toBe("data: [DONE]\n\n");
  const [first = 0] = stream.arrivedAt;
  const spread = (stream.arrivedAt.at(-1) ?? 0) - first;
  await ctx.annotate(
    `${stream.arrivedAt.length} pieces over ${Math.round(spread)} ms`,
  );
  expect(stream.arrivedAt.length).toBeGreaterThan(5);
  expect(spread).toBeGreaterThan(750);
});

test("requests wait for the next window, plain and streamed ones", async (ctx) => {
  if (!binary) ctx.skip("needs nginx on the PATH");
  const streams = Array.from({ length: 6 }, () =>
    streamChat(`${nginx.url}/v1`),
  );
  const plain = Array.from({ length: 6 }, () => chat(nginx.url));
  const answers = await Promise.all(plain);
  expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
  const streamed = await Promise.all(streams);
  expect(streamed.every(({ isWhole }) => isWhole)).toBe(true);
  const texts = streamed.map(({ bytes }) => bytes.toString());
  expect(texts.every((text) => text.endsWith("data: [DONE]\n\n"))).toBe(true);
  expect(texts.some((text) => text.startsWith(": queued position="))).toBe(
    true,
  );
});

test("a large file goes through, larger than any request may be", async (ctx) => {
  if (!binary) ctx.skip("needs nginx on the PATH");
  const lines = Array.from({ length: 24 }, (_, index) =>
    JSON.stringify({
      custom_id: `line-${index}`,
      method: "POST",
      url: "/v1/chat/completions",
      body: {
        model: "a/b:free",
        messages: [{ role: "user", content: "x".repeat(2 * 2 ** 20) }],
      },
    }),
  );
  const bytes = `${lines.join("\n")}\n`;
  const form = new FormData();
  form.set("purpose", "batch");
  form.set("file", new Blob([bytes]), "large.jsonl");
  const stored = await send(`${nginx.url}/v1/files`, {
    method: "POST",
    body: form,
  });
  expect(stored.body).toMatchObject({ object: "file", bytes: bytes.length });
});

test("a body that is too large gets the gateway's own 413", async (ctx) => {
  if (!binary) ctx.skip("needs nginx on the PATH");
  const refused = await chat(nginx.url, {
    content: "x".repeat(10 * 2 ** 20 + 1),
  });
  expect(refused.status).toBe(413);
  expect(refused.body).toMatchObject({ error: { code: 413 } });
});

test("the pages do not take nginx's clients for local ones, and figures stay inside", async (ctx) => {
  if (!binary) ctx.skip("needs nginx on the PATH");
  expect((await send(`${nginx.url}/admin`)).status).toBe(403);
  const pause = `${nginx.url}/admin/queues/api/queues/completions/pause`;
  expect((await send(pause, { method: "PUT" })).status).toBe(403);
  expect((await send(`${nginx.url}/metrics`)).status).toBe(404);
});
