import OpenAI, {
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
} from "openai";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Fault } from "../simulator/start-simulator.ts";
import { readPoolStatus } from "../support/pool-status.ts";
import { type Stack, startStack } from "../support/stack.ts";
import { until } from "../support/until.ts";

const model = "qwen/qwen3-coder:free";
let stack: Stack;
let client: OpenAI;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 2,
    perMinute: 50,
    perDay: 60,
    env: { MAX_ATTEMPTS: "1", MAX_WAIT_MS: "60000" },
  });
  client = new OpenAI({
    baseURL: `${stack.url}/v1`,
    apiKey: "not needed here",
    maxRetries: 0,
  });
});
afterAll(() => stack?.stop());

function ask(content: string, user = content) {
  const messages = [{ role: "user" as const, content }];
  return client.chat.completions.create({ model, messages, user });
}

async function failWith(fault: Fault): Promise<unknown> {
  const marker = JSON.stringify(fault);
  await stack.simulator.script([{ match: { marker }, fault }]);
  return ask("Hello", marker).catch((error: unknown) => error);
}

test("a chat completion", async () => {
  const completion = await ask("What is the answer?");
  expect(completion.choices[0]?.message.content).toBe(
    "echo: What is the answer?",
  );
  expect(completion.choices[0]?.finish_reason).toBe("stop");
  expect(completion.model).toBe(model);
  expect(completion.usage?.total_tokens).toBeGreaterThan(0);
});

test("the response's headers", async () => {
  const { response, request_id } = await ask("Hello").withResponse();
  expect(request_id).toMatch(/^req_/);
  expect(response.headers.get("x-attempts")).toBe("1");
});

test("a tool call", async () => {
  const completion = await client.chat.completions.create({
    model,
    messages: [{ role: "user", content: "use tool please" }],
    tools: [{ type: "function", function: { name: "lookup", parameters: {} } }],
  });
  const [call] = completion.choices[0]?.message.tool_calls ?? [];
  expect(call).toMatchObject({
    type: "function",
    function: { name: "lookup" },
  });
});

test("a 400 is a BadRequestError", async () => {
  const error = await failWith({ kind: "400" });
  expect(error).toBeInstanceOf(BadRequestError);
  expect(error).toMatchObject({
    status: 400,
    message: `400 ${model} is not a valid model ID`,
  });
});

test("a body of ours that is refused is a BadRequestError", async () => {
  const empty = client.chat.completions.create({ model, messages: [] });
  const error = await empty.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BadRequestError);
  expect(error).toMatchObject({ type: "invalid_request_error" });
});

test("a 404 is a NotFoundError", async () => {
  const error = await failWith({ kind: "404-no-endpoints" });
  expect(error).toBeInstanceOf(NotFoundError);
  expect(error).toMatchObject({ message: expect.stringContaining(model) });
});

test("a 503 is an InternalServerError", async () => {
  const error = await failWith({ kind: "503" });
  expect(error).toBeInstanceOf(InternalServerError);
  expect(error).toMatchObject({ status: 503 });
});

test("the list of models", async () => {
  const ids: string[] = [];
  for await (const { id } of client.models.list()) ids.push(id);
  expect(ids).toContain(model);
});

test("an abort takes the call with it", async () => {
  const { simulator } = stack;
  await simulator.settings({ latencyMs: 20_000 });
  const controller = new AbortController();
  const messages = [{ role: "user" as const, content: "Hello" }];
  const asked = client.chat.completions.create(
    { model, messages, user: "aborted" },
    { signal: controller.signal },
  );
  const find = async () => (await simulator.calls({ marker: "aborted" }))[0];
  await until("the call is in flight", find);
  controller.abort();
  await expect(asked).rejects.toThrow(/abort/i);
  await until("the call is aborted", async () => (await find())?.abortedAt);
  await simulator.settings({ latencyMs: null });
});

test("spent budgets are a RateLimitError with Retry-After", async () => {
  const { url, simulator } = stack;
  await simulator.script([
    { times: 2, fault: { kind: "429-account-day", resetInMs: 3_600_000 } },
  ]);
  const error = await ask("Hello").catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RateLimitError);
  expect(error).toMatchObject({
    status: 429,
    type: "rate_limit_error",
    message: "429 All API keys are rate limited",
  });
  const { headers } = error as RateLimitError;
  const seconds = Number(headers?.get("retry-after"));
  expect(seconds).toBeGreaterThan(3_500);
  expect(seconds).toBeLessThanOrEqual(3_601);
  expect((await readPoolStatus(url)).keys[0]?.state).toBe("day-limited");
});
