import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { AdminClient } from "../../support/clients/admin-client.ts";
import { chat } from "../../support/clients/chat.ts";
import { send } from "../../support/clients/send.ts";
import { streamChat } from "../../support/clients/stream-chat.ts";
import { scrape, workerUrl } from "../../support/metrics.ts";
import { startTraceReceiver } from "../../support/network/trace-receiver.ts";
import {
  type Stack,
  startStack,
  testKey,
} from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const clientKey = "alice-key-0123456789-abcdef";
const adminPassword = "a-long-admin-password-42";
const prompt = "What nobody else is to read";

let receiver: Awaited<ReturnType<typeof startTraceReceiver>>;
let stack: Stack;
beforeAll(async () => {
  receiver = await startTraceReceiver();
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    // One is parked by the first test, and one refused in the second.
    keys: [testKey(0), testKey(1), testKey(2)],
    env: {
      LOG_LEVEL: "debug",
      GATEWAY_API_KEYS: `alice=${clientKey}`,
      ADMIN_USERNAME: "operator",
      ADMIN_PASSWORD: adminPassword,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    },
  });
});
afterAll(async () => {
  await stack?.stop();
  await receiver?.stop();
});

const authorization = `Bearer ${clientKey}`;

test("the lines with a request's id tell its story through both apps", async ({
  annotate,
}) => {
  const requestId = "story-of-one-request";
  await stack.simulator.script([
    { times: 1, fault: { kind: "429-account-minute" } },
    { times: 1, fault: { kind: "503" } },
  ]);
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
  const { status } = await chat(stack.url, {
    headers: { authorization, "x-request-id": requestId, traceparent },
  });
  expect(status).toBe(200);

  const processes = [...stack.gateways, ...stack.workers];
  const grep = () =>
    processes
      .flatMap(({ output }) => output)
      .filter((line) => line.includes(requestId))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .sort((a, b) => String(a.time).localeCompare(String(b.time)));
  const story = await until("the story is over", () => {
    const lines = grep();
    const ends = ["Completion finished", "Answered a request"];
    const isOver = ends.every((end) => lines.some(({ msg }) => msg === end));
    return isOver && lines;
  });

  const words = story.map(({ app, msg }) => `${app}: ${msg}`);
  await annotate(words.join("\n"));
  expect(words[0]).toBe("gateway: Queued a request");
  for (const word of [
    "worker: Asked for a slot",
    "worker: Will try a request again",
    "worker: Answered a request",
    "gateway: Completion finished",
  ]) {
    expect(words).toContain(word);
  }
  const calls = story.filter(({ msg }) => msg === "Called OpenRouter");
  expect(calls.map((line) => line.status)).toEqual([429, 503, 200]);
  expect(calls.map((line) => line.call)).toEqual([1, 2, 3]);
  for (const line of calls) {
    expect(line).toMatchObject({
      client: "alice",
      model: "test/model:free",
      key: expect.stringMatching(/^sk-or-v1-\w{3}\.\.\.\w{3}$/),
      jobId: expect.any(String),
    });
  }
  const jobs = story.map(({ jobId }) => jobId).filter(Boolean);
  expect(new Set(jobs).size).toBe(1);
  // From a trace to its lines, and back.
  const untraced = story.filter((line) => line.trace_id !== traceId);
  expect(untraced.map(({ app, msg }) => `${app}: ${msg}`)).toEqual([]);
});

test("no secret and no prompt is in a log, a page, a metric or a trace", async ({
  annotate,
}) => {
  const { url, simulator, gateways, workers } = stack;
  await simulator.script([
    { match: { key: testKey(0) }, times: 1, fault: { kind: "401" } },
  ]);
  const headers = { authorization };
  for (const _ of [1, 2]) await chat(url, { headers, content: prompt });
  await streamChat(`${url}/v1`, { headers, content: prompt });
  await chat(url, { headers: { authorization: `Bearer wrong-${clientKey}` } });
  const admin = new AdminClient(url);
  await admin.logIn(`wrong-${adminPassword}`, "operator");
  await admin.logIn(adminPassword, "operator");
  const overview = await admin.get("/admin");
  expect(overview.status).toBe(200);
  const open = await Promise.all(
    ["/metrics", "/api/v1/keys/status", "/ready", "/openapi.json"].map((path) =>
      send(url + path, { headers }),
    ),
  );
  const pages = [overview, ...open];
  const [worker] = workers;
  if (!worker) throw new Error("a worker was asked for");
  const metrics = [await scrape(url), await scrape(workerUrl(worker))];
  await stack.stop();

  const logs = [...gateways, ...workers].flatMap(({ output }) => output);
  const texts = {
    logs: logs.join("\n"),
    pages: pages.map(({ text }) => text).join("\n"),
    metrics: metrics.map(({ text }) => text).join("\n"),
    traces: receiver.bodies.join("\n"),
  };
  // What may be there is there, so that what is searched is not empty.
  expect(texts.logs).toContain("alice");
  expect(texts.pages).toContain("sk-or-v1-000...000");
  expect(texts.metrics).toContain('client="alice"');
  expect(texts.traces).toContain("alice");
  await annotate(
    Object.entries(texts)
      .map(([name, text]) => `${name}: ${text.length} characters`)
      .join(", "),
  );
  const secrets = ["kkkkkkkk", clientKey, adminPassword, prompt];
  for (const [name, text] of Object.entries(texts)) {
    for (const secret of secrets) {
      expect(text.includes(secret), `${secret} in ${name}`).toBe(false);
    }
  }
});
