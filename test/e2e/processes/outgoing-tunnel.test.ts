import { expect, inject, test } from "vitest";
import { batchClient } from "../../support/clients/batch-client.ts";
import { batchInput } from "../../support/clients/batch-input.ts";
import { chat } from "../../support/clients/chat.ts";
import { send } from "../../support/clients/send.ts";
import { streamChat } from "../../support/clients/stream-chat.ts";
import { startConnectProxy } from "../../support/network/connect-proxy.ts";
import { startS3Server } from "../../support/network/s3-server.ts";
import {
  makeCertificate,
  startTlsRelay,
} from "../../support/network/tls-relay.ts";
import { startTraceReceiver } from "../../support/network/trace-receiver.ts";
import { startStack } from "../../support/processes/stack.ts";

test("every connection to OpenRouter, storage and receiver of traces over TLS is a tunnel of the proxy", async (context) => {
  const { onTestFinished } = context;
  const certificate = await makeCertificate();
  if (!certificate) return context.skip("needs openssl on the PATH");
  onTestFinished(() => certificate.remove());
  const proxy = await startConnectProxy();
  onTestFinished(() => proxy.stop());
  const receiver = await startTraceReceiver();
  onTestFinished(() => receiver.stop());
  const s3 = await startS3Server();
  onTestFinished(() => s3.stop());
  const stack = await startStack({
    redisUrl: inject("redisUrl"),
    gateways: 0,
    workers: 0,
  });
  onTestFinished(() => stack.stop());
  const ports = {
    openRouter: Number(new URL(stack.simulator.origin).port),
    storage: s3.port,
    receiver: Number(new URL(receiver.url).port),
  };
  const startRelay = async (port: number) => {
    const relay = await startTlsRelay(port, certificate);
    onTestFinished(() => relay.stop());
    return relay;
  };
  const relays = {
    openRouter: await startRelay(ports.openRouter),
    storage: await startRelay(ports.storage),
    receiver: await startRelay(ports.receiver),
  };
  const env = {
    ...s3.env,
    HTTPS_PROXY: proxy.url,
    NODE_EXTRA_CA_CERTS: certificate.file,
    OPENROUTER_BASE_URL: `https://${relays.openRouter.host}/api/v1`,
    S3_ENDPOINT: `https://${relays.storage.host}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: `https://${relays.receiver.host}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
  };
  await stack.startWorker(env);
  const gateway = await stack.startGateway(env);

  const { url } = gateway;
  expect((await chat(url)).status).toBe(200);
  const streamed = await streamChat(`${url}/v1`);
  expect(streamed.bytes.toString()).toMatch(/data: \[DONE\]\n\n$/);
  expect((await send(`${url}/v1/models`)).status).toBe(200);
  const client = batchClient(url);
  const batch = await client.start(batchInput(1));
  const { output_file_id } = await client.untilStatus(batch, "completed");
  expect(await client.download(output_file_id)).toHaveLength(1);
  // What is left of the traces is sent when they stop.
  await stack.stop();

  const services = new Set(receiver.spans.map(({ service }) => service));
  expect(services.size).toBe(2);
  for (const relay of Object.values(relays)) {
    const tunnels = proxy.asked.filter((line) => line.includes(relay.host));
    expect(new Set(tunnels)).toEqual(new Set([`CONNECT ${relay.host}`]));
    expect(tunnels).toHaveLength(relay.connections());
  }
});
