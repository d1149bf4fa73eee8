import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { testModel } from "../../support/clients/chat.ts";
import { readPoolStatus } from "../../support/clients/pool-status.ts";
import {
  openSocket,
  rawGet,
  rawJson,
  readAll,
  statusOf,
} from "../../support/network/raw-http.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    perMinute: 100,
    simulator: { latencyMs: 1_000 },
  });
});
afterAll(() => stack?.stop());

const completion = {
  model: testModel,
  messages: [{ role: "user", content: "Hello" }],
};

test.for([
  { title: "a plain completion", body: completion, end: '"choices"' },
  {
    title: "a stream",
    body: { ...completion, stream: true },
    end: "data: [DONE]",
  },
])(
  "a client that closes its side after $title has its answer",
  async ({ body, end }) => {
    const { head, body: sent } = rawJson("/v1/chat/completions", body);
    const socket = await openSocket(stack.url);
    socket.end(head + sent);
    const answer = await readAll(socket);
    expect(statusOf(answer)).toBe(200);
    expect(answer).toContain(end);
  },
);

test("a client that closes its side has the list of files", async () => {
  const socket = await openSocket(stack.url);
  socket.end(rawGet("/v1/files").head);
  expect(statusOf(await readAll(socket))).toBe(200);
});

test("a client that closes its side and goes later takes its request with it", async () => {
  await stack.simulator.settings({ latencyMs: 60_000 });
  const { head, body } = rawJson("/v1/chat/completions", completion);
  const socket = await openSocket(stack.url);
  socket.end(head + body);
  await until("the call is in flight", async () => {
    const { inFlight } = await stack.simulator.summary();
    return inFlight === 1;
  });
  socket.destroy();
  await until("the call is aborted", async () => {
    const { queue } = await readPoolStatus(stack.url);
    return queue.waiting + queue.inFlight === 0;
  });
});
