import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Fault } from "../../simulator/start-simulator.ts";
import { batchClient } from "../../support/clients/batch-client.ts";
import { batchInput } from "../../support/clients/batch-input.ts";
import { type ChatOptions, chat } from "../../support/clients/chat.ts";
import { streamChat } from "../../support/clients/stream-chat.ts";
import { scrape, workerUrl } from "../../support/metrics.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const maxAttempts = 2;
let stack: Stack;
/** A gateway that checks without being asked. */
let strictUrl: string;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 2,
    perMinute: 10_000,
    perDay: 100_000,
    env: {
      MAX_ATTEMPTS: String(maxAttempts),
      RESPONSE_CACHE_TTL_SECONDS: "600",
    },
  });
  const strict = { ANSWER_CHECK: "content, complete" };
  strictUrl = (await stack.startGateway(strict)).url;
});
afterAll(() => stack?.stop());

/** A 200 with this content. */
function answering(content: string | null, finishReason = "stop"): Fault {
  const message = { role: "assistant", content };
  const choices = [{ index: 0, message, finish_reason: finishReason }];
  return {
    kind: "custom",
    status: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ object: "chat.completion", choices }),
  };
}

const answerCheck = (list: string) => ({ "x-answer-check": list });
const checkOf = ({ headers }: { headers: Headers }) =>
  headers.get("x-answer-check");
const attemptsOf = ({ headers }: { headers: Headers }) =>
  headers.get("x-attempts");
const callsOf = (marker: string) => stack.simulator.calls({ marker });
const script = (marker: string, fault: Fault, times = 1) =>
  stack.simulator.script([{ match: { marker }, times, fault }]);

const name = { type: "object", required: ["name"] };
const response_format = {
  type: "json_schema",
  json_schema: { name: "name", schema: name },
};

type Case = {
  checks: string;
  fault: Fault;
  good: Fault;
  failed?: string;
  extra?: ChatOptions["extra"];
};

test.concurrent.for<Case>([
  { checks: "content", fault: answering(null), good: answering("Hi") },
  {
    checks: "complete",
    fault: answering("Hi th", "length"),
    good: answering("Hi there"),
  },
  { checks: "json", fault: answering("Hi"), good: answering('{"a":1}') },
  {
    checks: "schema",
    fault: answering('{"a":1}'),
    good: answering('{"name":"Ada"}'),
    extra: { response_format },
  },
  {
    checks: "json, content",
    failed: "content, json",
    fault: answering(" "),
    good: answering("1"),
  },
])(
  "an answer that fails $checks is called again, and returned when attempts run out",
  async ({ checks, fault, good, failed = checks, extra = {} }) => {
    const [once, always] = [`once ${checks}`, `always ${checks}`];
    await stack.simulator.script([
      { match: { marker: once }, fault },
      { match: { marker: once }, fault: good },
      { match: { marker: always }, times: 100, fault },
    ]);
    const headers = answerCheck(checks);
    const [healed, last] = await Promise.all([
      chat(stack.url, { marker: once, headers, extra }),
      chat(stack.url, { marker: always, headers, extra }),
    ]);

    expect(healed.status).toBe(200);
    expect(checkOf(healed)).toBeNull();
    expect(attemptsOf(healed)).toBe("2");
    expect(healed.text).toBe((good as { body: string }).body);
    expect(await callsOf(once)).toHaveLength(2);

    expect(last.status).toBe(200);
    expect(checkOf(last)).toBe(`failed ${failed}`);
    expect(attemptsOf(last)).toBe(String(maxAttempts));
    expect(last.text).toBe((fault as { body: string }).body);
    expect(await callsOf(always)).toHaveLength(maxAttempts);
  },
);

test("without checks an answer is returned as it came", async () => {
  await script("unchecked", answering(""));
  const answer = await chat(stack.url, { marker: "unchecked" });
  expect(checkOf(answer)).toBeNull();
  expect(await callsOf("unchecked")).toHaveLength(1);
});

test("ANSWER_CHECK holds where a request does not say otherwise", async () => {
  await script("default", answering(""), 100);
  const byDefault = await chat(strictUrl, { marker: "default" });
  expect(checkOf(byDefault)).toBe("failed content");
  await script("off", answering(""));
  const headers = answerCheck("none");
  const off = await chat(strictUrl, { marker: "off", headers });
  expect(checkOf(off)).toBeNull();
  expect(await callsOf("off")).toHaveLength(1);
});

test("a stream is not checked", async () => {
  const { bytes, headers } = await streamChat(`${strictUrl}/v1`, {
    marker: "stream",
    headers: answerCheck("json"),
  });
  expect(bytes.toString()).toContain("[DONE]");
  expect(headers.get("x-answer-check")).toBeNull();
  expect(await callsOf("stream")).toHaveLength(1);
});

test.for(["contents", "", "json none", "none, json"])(
  "the unknown list %j is refused",
  async (list) => {
    const answer = await chat(stack.url, { headers: answerCheck(list) });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(
      "wants none, or some of content, complete, json, schema, comma-separated",
    );
  },
);

test("the response cache keeps only what passes, and knows what it has passed", async () => {
  await script("cached", answering(""), maxAttempts);
  const headers = answerCheck("content");
  const failed = await chat(stack.url, { marker: "cached", headers });
  const fresh = await chat(stack.url, { marker: "cached", headers });
  const again = await chat(stack.url, { marker: "cached", headers });
  const stricter = await chat(stack.url, {
    marker: "cached",
    headers: answerCheck("content, complete"),
  });
  const cacheOf = (answer: { headers: Headers }) =>
    answer.headers.get("x-cache");
  expect([failed, fresh, again, stricter].map(cacheOf)).toEqual([
    "MISS",
    "MISS",
    "HIT",
    "MISS",
  ]);
  expect(checkOf(failed)).toBe("failed content");
  expect(checkOf(again)).toBeNull();
});

test("a repeat with the same Idempotency-Key gets the failed answer as it was", async () => {
  await script("repeated", answering(""), maxAttempts);
  const headers = { ...answerCheck("content"), "idempotency-key": "repeated" };
  const first = await chat(stack.url, { marker: "repeated", headers });
  const second = await chat(stack.url, { marker: "repeated", headers });
  expect(second.headers.get("idempotent-replayed")).toBe("true");
  expect(checkOf(second)).toBe(checkOf(first));
  expect(second.text).toBe(first.text);
  expect(await callsOf("repeated")).toHaveLength(maxAttempts);
});

test("the lines of a batch are checked for its metadata.answer_check", async () => {
  await stack.simulator.script([
    { match: { marker: "checked-0" }, fault: answering("") },
    { match: { marker: "checked-1" }, times: 100, fault: answering("") },
  ]);
  const client = batchClient(stack.url);
  const input = batchInput(3, { prefix: "checked" });
  const metadata = { answer_check: "content" };
  const id = await client.start(input, "24h", metadata);
  const batch = await client.untilStatus(id, "completed");

  expect(batch.metadata).toEqual(metadata);
  expect(batch.request_counts).toEqual({ total: 3, completed: 3, failed: 0 });
  const lines = await client.download(batch.output_file_id);
  const results = lines.map(({ custom_id, response }) => [
    custom_id,
    response?.answer_check,
  ]);
  expect(results.toSorted()).toEqual([
    ["checked-0", undefined],
    ["checked-1", "failed content"],
    ["checked-2", undefined],
  ]);
  expect(await callsOf("checked-0")).toHaveLength(2);
  expect(await callsOf("checked-1")).toHaveLength(maxAttempts);
  expect(await callsOf("checked-2")).toHaveLength(1);
});

test("a batch with an unknown check is refused", async () => {
  const client = batchClient(stack.url);
  const metadata = { answer_check: "contents" };
  await expect(
    client.start(batchInput(1), "24h", metadata),
  ).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining(
      "`metadata.answer_check`: must be none, or some of content, complete, json, schema",
    ),
  });
});

test("what fails is `unfit` in log and metrics, and no failure of OpenRouter's", async () => {
  const model = "test/unfit:free";
  await script("told", answering(""), maxAttempts);
  const headers = answerCheck("content");
  await chat(stack.url, { marker: "told", model, headers });
  const [worker] = stack.workers;
  if (!worker) throw new Error("There is no worker");
  const metrics = await scrape(workerUrl(worker));
  const calls = "orpool_upstream_calls_total";
  expect(metrics.value(calls, { model, verdict: "unfit" })).toBe(maxAttempts);
  expect(metrics.value(calls, { model, verdict: "return" })).toBeUndefined();
  const called = await until("its calls are logged", () => {
    const lines = worker
      .logged("Called OpenRouter")
      .filter((line) => line.model === model);
    return lines.length >= maxAttempts && lines;
  });
  expect(called.map(({ verdict, failed }) => ({ verdict, failed }))).toEqual(
    Array.from({ length: maxAttempts }, () => ({
      verdict: "unfit",
      failed: ["content"],
    })),
  );
});
