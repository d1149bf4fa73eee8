import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type ChatResult, chat } from "../../support/clients/chat.ts";
import { streamChat } from "../../support/clients/stream-chat.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 2,
    perMinute: 1_000,
    perDay: 100_000,
    gateways: 2,
    workers: 2,
    simulator: { latencyMs: 500 },
    env: { IDEMPOTENCY_TTL_SECONDS: "60", MAX_ATTEMPTS: "1" },
  });
});
afterAll(() => stack?.stop());

const withKey = (key: string, marker: string, content = "Hello") => ({
  marker,
  content,
  headers: { "idempotency-key": key },
});

test("100 equal requests over two gateways make one call and get equal answers", async ({
  annotate,
}) => {
  const options = withKey("many", "many");
  const results = await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      chat(stack.gateways[i % 2]?.url ?? "", options),
    ),
  );
  const calls = await stack.simulator.calls({ marker: "many" });
  expect(calls).toHaveLength(1);
  expect(new Set(results.map(({ text }) => text)).size).toBe(1);
  expect(results.every(({ status }) => status === 200)).toBe(true);
  const callsOf = ({ headers }: ChatResult) =>
    Number(headers.get("x-attempts"));
  expect(results.reduce((sum, each) => sum + callsOf(each), 0)).toBe(1);

  const late = await chat(stack.url, options);
  expect(late.headers.get("idempotent-replayed")).toBe("true");
  expect(late.text).toBe(results[0]?.text);
  expect(callsOf(late)).toBe(0);
  expect(await stack.simulator.calls({ marker: "many" })).toHaveLength(1);
  await annotate(`${results.length} answers, ${calls.length} call`);
});

test("the same key with another body is refused, while the first is under way and afterwards", async () => {
  const first = chat(stack.url, withKey("mismatch", "mismatch"));
  await untilCalled("mismatch");
  await expectMismatch(
    chat(stack.gateways[1]?.url ?? "", withKey("mismatch", "other", "Bye")),
  );
  expect((await first).status).toBe(200);
  await expectMismatch(
    chat(stack.url, withKey("mismatch", "other", "Bye again")),
  );
  expect(await stack.simulator.calls({ marker: "other" })).toEqual([]);
});

/** Of two requests that are sent at once either may come first. */
async function untilCalled(marker: string): Promise<void> {
  await until("the first one is under way", async () => {
    const [call] = await stack.simulator.calls({ marker });
    return call;
  });
}

async function expectMismatch(result: Promise<ChatResult>): Promise<void> {
  const { status, text } = await result;
  expect(status).toBe(422);
  expect(text).toContain("Idempotency-Key");
}

test("a failure is not kept: the next try makes a new call", async () => {
  const options = withKey("failed", "failed");
  await stack.simulator.script([
    { match: { marker: "failed" }, times: 1, fault: { kind: "500" } },
  ]);
  expect((await chat(stack.url, options)).status).toBe(500);
  expect((await chat(stack.url, options)).status).toBe(200);
});

test("the client that came first may go: the others still get the answer", async () => {
  const options = withKey("deserted", "deserted");
  await stack.simulator.script([
    { match: { marker: "deserted" }, fault: { kind: "slow", extraMs: 1_500 } },
  ]);
  const client = new AbortController();
  const first = chat(stack.url, { ...options, signal: client.signal });
  await untilCalled("deserted");
  const second = chat(stack.gateways[1]?.url ?? "", options);
  // Nothing tells from outside that it has joined.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  client.abort();
  await expect(first).rejects.toThrow();
  expect((await second).status).toBe(200);
  expect(await stack.simulator.calls({ marker: "deserted" })).toHaveLength(1);
});

test("a stream is not repeated, unless it failed", async () => {
  const options = withKey("stream", "stream");
  const first = streamChat(`${stack.url}/v1`, options);
  await untilCalled("stream");
  const during = await streamChat(
    `${stack.gateways[1]?.url ?? ""}/v1`,
    options,
  );
  expect(during.status).toBe(409);
  expect((await first).bytes.toString()).toContain("[DONE]");
  expect((await streamChat(`${stack.url}/v1`, options)).status).toBe(409);

  const failing = withKey("failing-stream", "failing-stream");
  await stack.simulator.script([
    { match: { marker: "failing-stream" }, times: 1, fault: { kind: "500" } },
  ]);
  expect((await streamChat(`${stack.url}/v1`, failing)).status).toBe(500);
  const again = await streamChat(`${stack.url}/v1`, failing);
  expect(again.bytes.toString()).toContain("[DONE]");
});

test("a key that cannot be one is refused", async () => {
  const result = await chat(stack.url, withKey("two words", "bad"));
  expect(result.status).toBe(400);
  expect(result.text).toContain("Idempotency-Key");
});
