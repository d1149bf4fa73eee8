import { afterEach, expect, inject, test } from "vitest";
import { chat } from "../../support/clients/chat.ts";
import { streamChat } from "../../support/clients/stream-chat.ts";
import { startTraceReceiver } from "../../support/network/trace-receiver.ts";
import {
  type Stack,
  startStack,
  testKey,
} from "../../support/processes/stack.ts";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

const gateway = "openrouter-free-pool-gateway";
const worker = "openrouter-free-pool-worker";

test("one trace leads from the client's request over the queue to each call of OpenRouter", async (context) => {
  const receiver = await startTraceReceiver();
  context.onTestFinished(() => receiver.stop());
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    keys: [testKey(0), testKey(1)],
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    },
  });
  const { url, simulator } = stack;
  await simulator.script([{ times: 1, fault: { kind: "429-account-minute" } }]);
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  const clientSpan = "00f067aa0ba902b7";
  const traceparent = `00-${traceId}-${clientSpan}-01`;
  const answer = await chat(url, {
    headers: { traceparent, "x-request-id": "traced-request" },
  });
  expect(answer.status).toBe(200);
  await streamChat(`${url}/v1`, { headers: { "x-request-id": "a-stream" } });
  // What is left is sent when they stop.
  await stack.stop();

  const trace = receiver.spans.filter((span) => span.traceId === traceId);
  const find = (service: string, name: RegExp) =>
    trace.filter((span) => span.service === service && name.test(span.name));
  const [request] = find(gateway, /^POST /);
  const [added] = find(gateway, /^add /);
  const [job] = find(worker, /^process /);
  const calls = find(worker, /^POST /);
  expect(request?.parentSpanId).toBe(clientSpan);
  expect(added?.parentSpanId).toBe(request?.spanId);
  expect(job?.parentSpanId).toBe(added?.spanId);
  expect(calls.map(({ parentSpanId }) => parentSpanId)).toEqual([
    job?.spanId,
    job?.spanId,
  ]);
  const statuses = calls.map((c) => c.attributes["http.response.status_code"]);
  expect(statuses.map(Number)).toEqual([429, 200]);
  for (const span of [request, job, ...calls]) {
    expect(span?.attributes["orpool.request_id"]).toBe("traced-request");
  }
  const streams = receiver.spans.filter(
    ({ attributes }) => attributes["orpool.request_id"] === "a-stream",
  );
  expect(new Set(streams.map((span) => span.traceId)).size).toBe(1);
  expect(streams.map(({ service }) => service).sort()).toEqual([
    gateway,
    worker,
    worker,
  ]);
  expect(receiver.bodies.join("\n")).not.toContain("kkkkkkkk");
  await context.annotate(`${receiver.spans.length} spans of two requests`);
});

test("requests are answered while nobody receives their traces", async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" },
  });
  expect((await chat(stack.url)).status).toBe(200);
});
