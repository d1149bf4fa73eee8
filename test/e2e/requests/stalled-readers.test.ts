import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { chat, testModel } from "../../support/clients/chat.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const concurrency = 6;
const stallMs = 120_000;
let stack: Stack;
const sockets: Socket[] = [];
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    perMinute: 1_000,
    env: {
      WORKER_CONCURRENCY: String(concurrency),
      STREAM_STALL_MS: String(stallMs),
    },
  });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await stack?.stop();
});

/** Asks for a stream and never reads from the socket. */
async function askAndNeverRead(): Promise<void> {
  const { hostname, port } = new URL(stack.url);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.pause();
  const body = JSON.stringify({
    model: testModel,
    stream: true,
    user: "stalled",
    messages: [{ role: "user", content: "Hello" }],
  });
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}

test("streams that nobody reads do not hold the workers while others wait", async ({
  annotate,
}) => {
  const { url, simulator } = stack;
  await simulator.script([
    {
      match: { marker: "stalled" },
      times: concurrency,
      fault: { kind: "large-body", bytes: 50 * 1024 * 1024 },
    },
  ]);
  await Promise.all(Array.from({ length: concurrency }, askAndNeverRead));
  await until("they hold every call of the worker", async () => {
    const { inFlight } = await simulator.summary();
    return inFlight === concurrency;
  });
  const answer = await chat(url, { marker: "other" });
  await annotate(`answered after ${Math.round(answer.tookMs)} ms`);
  expect(answer.status).toBe(200);
  expect(answer.tookMs).toBeLessThan(stallMs / 2);
  const stalled = await simulator.calls({ marker: "stalled" });
  // They did not stall at the same moment: the one that is cut first may make room for all.
  const left = stalled.filter(({ abortedAt }) => !abortedAt).length;
  expect([4, 5]).toContain(left);
});
