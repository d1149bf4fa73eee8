import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { batchClient } from "../../support/clients/batch-client.ts";
import { batchInput } from "../../support/clients/batch-input.ts";
import { chat } from "../../support/clients/chat.ts";
import { send } from "../../support/clients/send.ts";
import {
  type ConnectProxy,
  startConnectProxy,
} from "../../support/network/connect-proxy.ts";
import {
  type S3Server,
  startS3Server,
} from "../../support/network/s3-server.ts";
import { startTraceReceiver } from "../../support/network/trace-receiver.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

let proxy: ConnectProxy;
let s3: S3Server;
let receiver: Awaited<ReturnType<typeof startTraceReceiver>>;
let stack: Stack;
let target: string;
beforeAll(async () => {
  proxy = await startConnectProxy();
  s3 = await startS3Server();
  receiver = await startTraceReceiver();
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    env: {
      ...s3.env,
      HTTP_PROXY: proxy.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    },
  });
  target = new URL(stack.simulator.origin).host;
});
afterAll(async () => {
  await stack?.stop();
  await receiver?.stop();
  await s3?.stop();
  await proxy?.stop();
});

test("calls, questions about keys and the list of models go through the proxy", async () => {
  const answer = await chat(stack.url);
  const models = await send(`${stack.url}/v1/models`);
  expect([answer.status, models.status]).toEqual([200, 200]);
  const asked = proxy.asked.filter((line) => line.includes(target));
  const paths = asked.map((line) => line.split(target)[1]);
  expect(paths).toEqual(
    expect.arrayContaining([
      "/api/v1/key",
      "/api/v1/chat/completions",
      "/api/v1/models?output_modalities=all",
    ]),
  );
});

test("files and traces go through the proxy", async () => {
  const client = batchClient(stack.url);
  const batch = await client.start(batchInput(1));
  const { output_file_id } = await client.untilStatus(batch, "completed");
  expect(await client.download(output_file_id)).toHaveLength(1);
  const methods = methodsAt(s3.host);
  expect(methods).toContain("PUT");
  expect(methods).toContain("GET");
  // Traces are sent every few seconds.
  await until("both apps have sent traces", () => {
    const services = receiver.spans.map(({ service }) => service);
    return new Set(services).size === 2;
  });
  const traces = methodsAt(new URL(receiver.url).host);
  expect(traces.length).toBeGreaterThanOrEqual(receiver.bodies.length);
});

function methodsAt(host: string): (string | undefined)[] {
  const asked = proxy.asked.filter((line) => line.includes(`//${host}/`));
  return asked.map((line) => line.split(" ")[0]);
}

test("hosts in NO_PROXY are called directly", async () => {
  const gateway = await stack.startGateway({ NO_PROXY: "127.0.0.1" });
  const before = methodsAt(target);
  expect((await send(`${gateway.url}/v1/models`)).status).toBe(200);
  expect(methodsAt(target)).toEqual(before);
});
