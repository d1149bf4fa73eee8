import Anthropic, {
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
} from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testModel } from "../../support/clients/chat.ts";
import {
  type ClientStack,
  clientKey,
  errorOf,
  startClientStack,
} from "./client-stack.ts";

let stack: ClientStack;
let client: Anthropic;
beforeAll(async () => {
  stack = await startClientStack();
  client = new Anthropic({
    // It adds /v1 itself.
    baseURL: stack.url,
    apiKey: clientKey,
    maxRetries: 0,
  });
});
afterAll(() => stack?.stop());

const request = (model: string = testModel) => ({
  model,
  max_tokens: 100,
  messages: [{ role: "user" as const, content: "Hello" }],
});
const ask = (model?: string, options = {}) =>
  client.messages.create(request(model), options);
const askForStream = (model?: string, options = {}) =>
  client.messages.create({ ...request(model), stream: true }, options);

test("plain", async () => {
  const message = await ask();
  expect(message.content).toMatchObject([
    { type: "text", text: "echo: Hello" },
  ]);
  expect(message.stop_reason).toBe("end_turn");
  expect(message.usage.output_tokens).toBeGreaterThan(0);
});

test("streamed", async () => {
  let text = "";
  let last = "";
  for await (const event of await askForStream()) {
    last = event.type;
    if (event.type === "content_block_delta") {
      text += event.delta.type === "text_delta" ? event.delta.text : "";
    }
  }
  expect(text).toBe("echo: Hello");
  expect(last).toBe("message_stop");
});

test("streamed, with the SDK's own gathering, a tool included", async () => {
  const message = await client.messages
    .stream({
      ...request(),
      messages: [{ role: "user", content: "use tool please" }],
      tools: [{ name: "lookup", input_schema: { type: "object" } }],
    })
    .finalMessage();
  expect(message.stop_reason).toBe("tool_use");
  expect(message.content).toMatchObject([
    { type: "tool_use", name: "lookup", input: { input: "use tool please" } },
  ]);
});

test("with a bearer token instead of a key", async () => {
  const bearer = new Anthropic({
    baseURL: stack.url,
    apiKey: null,
    authToken: clientKey,
    maxRetries: 0,
  });
  const message = await bearer.messages.create(request());
  expect(message.type).toBe("message");
});

describe("errors", () => {
  test.for([
    ["400", BadRequestError, 400, "invalid_request_error"],
    ["404-no-endpoints", NotFoundError, 404, "not_found_error"],
    ["503", InternalServerError, 503, "overloaded_error"],
    ["502-html", InternalServerError, 502, "api_error"],
    ["drop-before-headers", InternalServerError, 502, "api_error"],
  ] as const)(
    "%s of OpenRouter, plain and streamed",
    async ([kind, errorClass, status, type]) => {
      const model = await stack.failing({ kind });
      for (const fail of [() => ask(model), () => askForStream(model)]) {
        const error = await errorOf(fail());
        expect(error).toBeInstanceOf(errorClass);
        expect(error).toMatchObject({ status, type });
      }
    },
  );

  test("a wrong key is an AuthenticationError", async () => {
    const stranger = client.withOptions({ apiKey: "wrong" });
    const error = await errorOf(stranger.messages.create(request()));
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(error).toMatchObject({ status: 401, type: "authentication_error" });
  });

  test("a body of ours that is refused is a BadRequestError", async () => {
    const error = await errorOf(
      client.messages.create({ ...request(), messages: [] }),
    );
    expect(error).toBeInstanceOf(BadRequestError);
    expect(error).toMatchObject({ type: "invalid_request_error" });
  });

  test("a stream that breaks off is thrown where it is read", async () => {
    const model = await stack.failing({
      kind: "drop-mid-stream",
      afterEvents: 3,
    });
    const reading = async () => {
      for await (const _ of await askForStream(model));
    };
    expect(await errorOf(reading())).toMatchObject({
      type: "api_error",
      error: { error: { message: /connection to OpenRouter/ } },
    });
  });
});

test.for(["plain", "streamed"])("an abort, %s", async (kind) => {
  const model = await stack.slow(30_000);
  const controller = new AbortController();
  const options = { signal: controller.signal };
  const asked =
    kind === "plain" ? ask(model, options) : askForStream(model, options);
  const failed = errorOf(asked);
  await stack.untilCalled(model);
  controller.abort();
  expect(await failed).toBeInstanceOf(APIUserAbortError);
  await stack.untilAborted(model);
});

test("spent budgets are a RateLimitError with Retry-After", async () => {
  await stack.spendBudgets();
  for (const fail of [() => ask(), () => askForStream()]) {
    const error = await errorOf(fail());
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error).toMatchObject({ status: 429, type: "rate_limit_error" });
    const { headers } = error as RateLimitError;
    expect(Number(headers?.get("retry-after"))).toBeGreaterThan(0);
  }
});
