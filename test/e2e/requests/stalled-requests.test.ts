import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { batchInput } from "../../support/clients/batch-input.ts";
import {
  formEnd,
  formField,
  formPart,
  formType,
  openSocket,
  rawHead,
  readAll,
  statusOf,
} from "../../support/network/raw-http.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

const stallMs = 1_500;
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    workers: 0,
    env: { BODY_STALL_MS: String(stallMs) },
  });
});
afterAll(() => stack?.stop());

test.for([
  {
    title: "an upload",
    sent:
      rawHead("/v1/files", formType, 1_000_000) +
      formPart("file", batchInput(1)),
  },
  {
    title: "a JSON body",
    sent: `${rawHead("/v1/chat/completions", "application/json", 1_000)}{`,
  },
  {
    title: "a body of which nothing comes",
    sent: rawHead("/v1/chat/completions", "application/json", 1_000),
  },
])("$title that stalls is refused with 408 and closed", async ({ sent }) => {
  const socket = await openSocket(stack.url);
  socket.write(sent);
  const answer = await readAll(socket);
  expect(statusOf(answer)).toBe(408);
  expect(answer).toContain('"reason":"request-stalled"');
});

test("an upload that was refused and then stalls is closed", async () => {
  const socket = await openSocket(stack.url);
  socket.write(rawHead("/v1/chat/completions", "text/plain", 1_000));
  expect(statusOf(await readAll(socket))).toBe(415);
});

test("an upload that is slow but moves is taken in", async () => {
  const form =
    formField("purpose", "batch") + formPart("file", batchInput(20)) + formEnd;
  const socket = await openSocket(stack.url);
  const answer = readAll(socket);
  socket.write(rawHead("/v1/files", formType, form.length));
  const startedAt = performance.now();
  const pieces = 12;
  const size = Math.ceil(form.length / pieces);
  for (let at = 0; at < form.length; at += size) {
    // Pauses are what is tested here.
    await sleep(stallMs / 5);
    socket.write(form.slice(at, at + size));
  }
  expect(performance.now() - startedAt).toBeGreaterThan(stallMs);
  socket.end();
  expect(statusOf(await answer)).toBe(200);
});
