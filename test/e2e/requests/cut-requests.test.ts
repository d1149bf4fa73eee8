import { once } from "node:events";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { batchInput } from "../../support/clients/batch-input.ts";
import { testModel } from "../../support/clients/chat.ts";
import { readPoolStatus } from "../../support/clients/pool-status.ts";
import { send } from "../../support/clients/send.ts";
import {
  formEnd,
  formField,
  formPart,
  formType,
  openSocket,
  type RawRequest,
  rawGet,
  rawJson,
  rawPost,
} from "../../support/network/raw-http.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const form =
  formField("purpose", "batch") +
  formPart("file", batchInput(20_000)) +
  formEnd;
let stack: Stack;
let fileId: string;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    perMinute: 1_000,
    perDay: 100_000,
    simulator: { latencyMs: 300 },
  });
  const uploaded = await send(`${stack.url}/v1/files`, {
    method: "POST",
    headers: { "content-type": formType },
    body: form,
  });
  fileId = (uploaded.body as { id: string }).id;
});
afterAll(() => stack?.stop());

const completion = {
  model: testModel,
  messages: [{ role: "user", content: "Hello" }],
};
const completions = "/v1/chat/completions";
const kinds: { kind: string; request: () => RawRequest }[] = [
  { kind: "a completion", request: () => rawJson(completions, completion) },
  {
    kind: "a stream",
    request: () => rawJson(completions, { ...completion, stream: true }),
  },
  { kind: "an upload", request: () => rawPost("/v1/files", formType, form) },
  {
    kind: "a new batch",
    request: () =>
      rawJson("/v1/batches", {
        input_file_id: fileId,
        endpoint: completions,
        completion_window: "24h",
      }),
  },
  {
    kind: "a download",
    request: () => rawGet(`/v1/files/${fileId}/content`),
  },
];
const ways = ["end", "destroy", "resetAndDestroy"] as const;

/** What has been sent when the client goes; `answering`: everything, and the answer has begun. */
function stagesOf({ head, body }: RawRequest) {
  const stages = [
    { stage: "within the head", sent: head.slice(0, -10) },
    { stage: "after everything", sent: head + body },
    { stage: "answering", sent: head + body },
  ];
  if (body === "") return stages;
  return [
    ...stages,
    { stage: "after the head", sent: head },
    { stage: "within the body", sent: head + body.slice(0, body.length / 2) },
    { stage: "before the last byte", sent: head + body.slice(0, -1) },
  ];
}

test.for(kinds)("$kind may be cut at any stage", async ({ request }) => {
  for (const { stage, sent } of stagesOf(request())) {
    for (const way of ways) {
      const socket = await openSocket(stack.url);
      await new Promise((resolve) => socket.write(sent, resolve));
      if (stage === "answering") await once(socket, "readable");
      socket[way]();
      // One that only half closes is answered, and closes with the gateway.
      socket.resume();
      if (!socket.destroyed) await once(socket, "close");
      const health = await send(`${stack.url}/health`);
      expect(health.status, `${stage}, ${way}`).toBe(200);
    }
  }
  for (const app of [...stack.gateways, ...stack.workers]) {
    expect(app.logged("Unforeseen error")).toEqual([]);
  }
});

test("nothing of them is left", async () => {
  const { data } = (await send(`${stack.url}/v1/batches`)).body as {
    data: { id: string }[];
  };
  for (const { id } of data) {
    await send(`${stack.url}/v1/batches/${id}/cancel`, { method: "POST" });
  }
  await until("nothing waits and nothing is in flight", async () => {
    const { queue } = await readPoolStatus(stack.url);
    return queue.waiting + queue.inFlight === 0;
  });
});
