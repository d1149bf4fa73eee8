import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { chat } from "../../support/clients/chat.ts";
import {
  type StreamResult,
  sha256,
  streamChat,
  withoutQueueComments,
} from "../../support/clients/stream-chat.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const perMinute = 50;
const passingFaults = [
  ["429-account-minute", { kind: "429-account-minute", resetInMs: 300 }],
  ["429-provider-pool", { kind: "429-provider-pool", retryAfterSeconds: 1 }],
  ["503", { kind: "503" }],
  ["stream-error as the first event", { kind: "stream-error", afterEvents: 0 }],
  ["empty-stream", { kind: "empty-stream" }],
] as const;

let stack: Stack;
let url: string;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 2,
    perMinute,
    windowMs: 1_000,
    workers: 2,
    perDay: 100_000,
    simulator: { chunks: 20, interChunkMs: 2 },
    models: passingFaults.map(([, { kind }]) => `m/${kind}:free`),
    env: { STREAM_COMMENT_MS: "200", MAX_ATTEMPTS: "2" },
  });
  url = `${stack.url}/v1`;
  // The first one may wait long enough for a comment, on a busy machine.
  await streamChat(url);
});
afterAll(() => stack?.stop());

async function callsOf(marker: string) {
  return stack.simulator.calls({ marker });
}

async function expectSameBytes(marker: string, result: StreamResult) {
  const calls = await until("the call is recorded", async () => {
    const found = await callsOf(marker);
    return found.at(-1)?.responseSha256 ? found : undefined;
  });
  expect(sha256(withoutQueueComments(result.bytes))).toBe(
    calls.at(-1)?.responseSha256,
  );
}

test("a stream arrives byte for byte and ends with [DONE]", async () => {
  const result = await streamChat(url, { marker: "plain" });
  expect(result.status).toBe(200);
  expect(result.headers.get("content-type")).toContain("text/event-stream");
  expect(result.headers.get("x-attempts")).toBe("1");
  expect(result.headers.get("x-generation-id")).toMatch(/^gen-/);
  expect(result.bytes.toString().endsWith("data: [DONE]\n\n")).toBe(true);
  await expectSameBytes("plain", result);
});

test("events come one by one, not at the end", async () => {
  await stack.simulator.settings({ interChunkMs: 50 });
  const result = await streamChat(url, { marker: "paced" });
  await stack.simulator.settings({ interChunkMs: 2 });
  const [first = 0] = result.arrivedAt;
  const last = result.arrivedAt.at(-1) ?? 0;
  expect(result.arrivedAt.length).toBeGreaterThan(10);
  expect(last - first).toBeGreaterThan(10 * 50);
});

test("a queued stream gets comments with its place, then the stream", async () => {
  const perWindow = 2 * perMinute;
  const before = (await stack.simulator.calls()).length;
  const busy = Array.from({ length: 3 * perWindow }, () => chat(stack.url));
  await until("every slot is taken", async () => {
    const calls = await stack.simulator.calls();
    return calls.length - before >= perWindow;
  });
  const results = await Promise.all([
    ...Array.from({ length: 5 }, (_, i) =>
      streamChat(url, { marker: `queued-${i}` }),
    ),
  ]);
  await Promise.all(busy);
  const commented = results.filter(({ bytes }) =>
    /^: queued position=\d+\n\n/.test(bytes.toString()),
  );
  expect(commented.length).toBeGreaterThan(0);
  for (const [i, result] of results.entries()) {
    await expectSameBytes(`queued-${i}`, result);
  }
});

test.for(passingFaults)(
  "%s before the first event: sent again, the client sees nothing of it",
  async ([name, fault]) => {
    const marker = `before-${name}`;
    await stack.simulator.script([
      { match: { marker }, times: 1, fault: fault as never },
    ]);
    const result = await streamChat(url, {
      marker,
      model: `m/${fault.kind}:free`,
    });
    expect(result.status).toBe(200);
    expect(result.bytes.toString()).not.toContain('"error"');
    expect(result.bytes.toString().endsWith("data: [DONE]\n\n")).toBe(true);
    expect(await callsOf(marker)).toHaveLength(2);
  },
);

test("an error event in mid-stream passes as OpenRouter sent it, and nothing is sent again", async () => {
  const marker = "mid-error";
  await stack.simulator.script([
    {
      match: { marker },
      times: 1,
      fault: { kind: "stream-error", afterEvents: 5 },
    },
  ]);
  const result = await streamChat(url, { marker });
  await expectSameBytes(marker, result);
  expect(result.bytes.toString()).toContain('"finish_reason":"error"');
  expect(await callsOf(marker)).toHaveLength(1);
});

test("a stream that breaks off ends with an error event, and nothing is sent again", async () => {
  const marker = "mid-drop";
  await stack.simulator.script([
    {
      match: { marker },
      times: 1,
      fault: { kind: "drop-mid-stream", afterEvents: 5 },
    },
  ]);
  const result = await streamChat(url, { marker });
  const events = result.bytes.toString().trim().split("\n\n");
  const last = JSON.parse(events.at(-1)?.replace("data: ", "") ?? "");
  expect(last.error.code).toBe(502);
  expect(last.choices[0].finish_reason).toBe("error");
  expect(result.isWhole).toBe(true);
  await sleep(500);
  expect(await callsOf(marker)).toHaveLength(1);
});

test("errors before the stream keep their status", async () => {
  const marker = "refused";
  await stack.simulator.script([{ match: { marker }, fault: { kind: "400" } }]);
  const result = await streamChat(url, { marker });
  expect(result.status).toBe(400);
  expect(JSON.parse(result.bytes.toString()).error.code).toBe(400);
});

test("a client that hangs up in mid-stream has the call aborted at once", async ({
  annotate,
}) => {
  const marker = "hang-up";
  await stack.simulator.settings({ interChunkMs: 200 });
  const client = new AbortController();
  let hungUpAt = 0;
  await streamChat(url, {
    marker,
    signal: client.signal,
    onChunk: (chunk) => {
      if (chunk.includes("data:") && hungUpAt === 0) {
        hungUpAt = Date.now();
        client.abort();
      }
    },
  });
  const abortedAt = await until("the call is aborted", async () =>
    (await callsOf(marker)).map((call) => call.abortedAt).find(Boolean),
  );
  await stack.simulator.settings({ interChunkMs: 2 });
  await annotate(`aborted ${abortedAt - hungUpAt} ms after the hang-up`);
  expect(abortedAt - hungUpAt).toBeLessThan(10_000);
});
