import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { batchClient } from "../../support/clients/batch-client.ts";
import { batchInput, batchLine } from "../../support/clients/batch-input.ts";
import { chat } from "../../support/clients/chat.ts";
import { operatorOf, withKey } from "../../support/clients/operator.ts";
import type { Stack } from "../../support/processes/stack.ts";

/** A model whose calls OpenRouter refuses. */
export const refusedModel = "test/refused:free";

/** Batches of all kinds, clients with limits, requests that failed, webhooks that arrived and that did not. */
export async function prepareBatches(
  { url }: Stack,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const receiver = await receiveEvents(signal);
  const operator = operatorOf(url);
  const { key } = await operator.create("alice", {
    weight: 3,
    webhookUrl: `${receiver}/alice`,
  });
  const bob = await operator.create("bob", {
    perDay: 100,
    models: ["*:free"],
    webhookUrl: `${receiver}/broken`,
  });
  const client = batchClient(url, key);
  const bad = JSON.stringify(batchLine("no", { model: refusedModel }));
  const first = await client.start(`${bad}\n${batchInput(20)}`);
  await client.untilStatus(first, "completed");
  const ofBob = batchClient(url, bob.key);
  const second = await ofBob.start(batchInput(5));
  await ofBob.untilStatus(second, "completed");
  await chat(url, { headers: withKey(bob.key), model: refusedModel });
  const cancelled = await client.start(batchInput(400));
  await client.untilCompleted(cancelled, 3);
  await client.openai.batches.cancel(cancelled);
  await client.start(batchInput(900));
}

/** A receiver of webhooks that takes alice's and fails with all others. */
async function receiveEvents(signal: AbortSignal): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(request.url === "/alice" ? 200 : 500).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve());
  });
  signal.addEventListener("abort", () => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
