import { OpenRouter } from "@openrouter/sdk";
import * as errors from "@openrouter/sdk/models/errors";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testModel } from "../../support/clients/chat.ts";
import {
  type ClientStack,
  clientKey,
  errorOf,
  startClientStack,
} from "./client-stack.ts";

let stack: ClientStack;
let client: OpenRouter;
const connect = (apiKey: string) =>
  new OpenRouter({
    serverURL: `${stack.url}/api/v1`,
    apiKey,
    retryConfig: { strategy: "none" },
  });
beforeAll(async () => {
  stack = await startClientStack();
  client = connect(clientKey);
});
afterAll(() => stack?.stop());

const request = (model: string = testModel) => ({
  model,
  messages: [{ role: "user" as const, content: "Hello" }],
});
const ask = (model?: string, options = {}) =>
  client.chat.send(
    { chatRequest: { ...request(model), stream: false } },
    options,
  );
const askForStream = (model?: string, options = {}) =>
  client.chat.send(
    { chatRequest: { ...request(model), stream: true } },
    options,
  );

test("plain", async () => {
  const result = await ask();
  if (!("choices" in result)) throw new Error("it is a stream");
  expect(result.choices[0]?.message.content).toBe("echo: Hello");
  expect(result.choices[0]?.finishReason).toBe("stop");
});

test("streamed", async () => {
  const result = await askForStream();
  if ("choices" in result) throw new Error("it is no stream");
  let text = "";
  for await (const chunk of result) {
    text += chunk.choices[0]?.delta.content ?? "";
  }
  expect(text).toBe("echo: Hello");
});

describe("models", () => {
  test("the list, page by page as far as there are any", async () => {
    const ids: string[] = [];
    for await (const { result } of await client.models.list({ limit: 4 })) {
      ids.push(...result.data.map(({ id }) => id));
    }
    expect(ids).toContain("qwen/qwen3-coder:free");
    expect(new Set(ids).size).toBe(ids.length);
    const { data } = await client.models.count();
    expect(data.count).toBe(ids.length);
  });

  test("one of them", async () => {
    const { data } = await client.models.get({
      author: "qwen",
      slug: "qwen3-coder:free",
    });
    expect(data.id).toBe("qwen/qwen3-coder:free");
  });

  test("none", async () => {
    const none = client.models.get({ author: "acme", slug: "none" });
    expect(await errorOf(none)).toBeInstanceOf(errors.NotFoundResponseError);
  });
});

test("embeddings", async () => {
  const result = await client.embeddings.generate({
    requestBody: { model: testModel, input: ["one", "two"] },
  });
  expect(result).toMatchObject({ data: [{ index: 0 }, { index: 1 }] });
});

describe("errors", () => {
  test.for([
    ["400", errors.BadRequestResponseError],
    ["404-no-endpoints", errors.NotFoundResponseError],
    ["503", errors.ServiceUnavailableResponseError],
    ["drop-before-headers", errors.BadGatewayResponseError],
  ] as const)(
    "%s of OpenRouter, plain and streamed",
    async ([kind, errorClass]) => {
      const model = await stack.failing({ kind });
      for (const fail of [() => ask(model), () => askForStream(model)]) {
        expect(await errorOf(fail())).toBeInstanceOf(errorClass);
      }
    },
  );

  test("a wrong key is an UnauthorizedResponseError", async () => {
    const error = await errorOf(
      connect("wrong").chat.send({
        chatRequest: { ...request(), stream: false },
      }),
    );
    expect(error).toBeInstanceOf(errors.UnauthorizedResponseError);
    expect(error).toMatchObject({
      statusCode: 401,
      error: { code: 401, message: "This API key is not known here" },
    });
  });
});

test.for(["plain", "streamed"])("an abort, %s", async (kind) => {
  const model = await stack.slow(30_000);
  const controller = new AbortController();
  const options = { fetchOptions: { signal: controller.signal } };
  const asked =
    kind === "plain" ? ask(model, options) : askForStream(model, options);
  const failed = errorOf(asked);
  await stack.untilCalled(model);
  controller.abort();
  expect(await failed).toMatchObject({ name: "RequestAbortedError" });
  await stack.untilAborted(model);
});

test("spent budgets are a TooManyRequestsResponseError with Retry-After", async () => {
  await stack.spendBudgets();
  for (const fail of [() => ask(), () => askForStream()]) {
    const error = await errorOf(fail());
    if (!(error instanceof errors.TooManyRequestsResponseError)) throw error;
    expect(Number(error.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(error.error.metadata).toMatchObject({
      reason: "keys-rate-limited",
      retry_after_seconds: expect.any(Number),
    });
  }
});
