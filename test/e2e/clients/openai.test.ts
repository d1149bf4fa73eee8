import OpenAI, {
  APIConnectionTimeoutError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
  UnprocessableEntityError,
} from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testModel } from "../../support/clients/chat.ts";
import {
  type ClientStack,
  clientKey,
  errorOf,
  startClientStack,
} from "./client-stack.ts";

let stack: ClientStack;
let client: OpenAI;
beforeAll(async () => {
  stack = await startClientStack();
  client = new OpenAI({
    baseURL: stack.baseUrl,
    apiKey: clientKey,
    maxRetries: 0,
  });
});
afterAll(() => stack?.stop());

const messages = [{ role: "user" as const, content: "Hello" }];
const tools = [
  {
    type: "function" as const,
    function: { name: "lookup", parameters: { type: "object" } },
  },
];
const ask = (model: string = testModel, options = {}) =>
  client.chat.completions.create({ model, messages }, options);
const askForStream = (model: string = testModel, options = {}) =>
  client.chat.completions.create({ model, messages, stream: true }, options);

describe("chat", () => {
  test("plain", async () => {
    const { data, response, request_id } = await ask().withResponse();
    expect(data.choices[0]?.message.content).toBe("echo: Hello");
    expect(data.choices[0]?.finish_reason).toBe("stop");
    expect(data.model).toBe(testModel);
    expect(data.usage?.total_tokens).toBeGreaterThan(0);
    expect(request_id).toMatch(/^req_/);
    expect(response.headers.get("x-attempts")).toBe("1");
  });

  test("streamed", async () => {
    let text = "";
    let usage: unknown;
    for await (const chunk of await askForStream()) {
      text += chunk.choices[0]?.delta.content ?? "";
      usage = chunk.usage ?? usage;
    }
    expect(text).toBe("echo: Hello");
    expect(usage).toBeDefined();
  });

  test("streamed, with the SDK's own gathering", async () => {
    const stream = client.chat.completions.stream({
      model: testModel,
      messages,
    });
    const { choices } = await stream.finalChatCompletion();
    expect(choices[0]?.message.content).toBe("echo: Hello");
  });

  const withTools = {
    model: testModel,
    messages: [{ role: "user" as const, content: "use tool please" }],
    tools,
  };
  const lookup = {
    type: "function",
    function: { name: "lookup", arguments: expect.stringContaining("please") },
  };

  test("tools", async () => {
    const { choices } = await client.chat.completions.create(withTools);
    expect(choices[0]?.finish_reason).toBe("tool_calls");
    expect(choices[0]?.message.tool_calls).toMatchObject([lookup]);
  });

  test("tools, streamed", async () => {
    const stream = client.chat.completions.stream(withTools);
    const { choices } = await stream.finalChatCompletion();
    expect(choices[0]?.message.tool_calls).toMatchObject([lookup]);
  });
});

describe("the other endpoints", () => {
  test("text completions, plain and streamed", async () => {
    const request = { model: testModel, prompt: "Hello" };
    const plain = await client.completions.create(request);
    expect(plain.choices[0]?.text).toBe("echo: Hello");
    let text = "";
    const stream = await client.completions.create({
      ...request,
      stream: true,
    });
    for await (const { choices } of stream) text += choices[0]?.text ?? "";
    expect(text).toBe("echo: Hello");
  });

  test("embeddings, also in the binary form that the SDK asks for", async () => {
    const request = { model: testModel, input: ["one", "two"] };
    const { data } = await client.embeddings.create(request);
    expect(data).toHaveLength(2);
    const plain = await client.embeddings.create({
      ...request,
      encoding_format: "float",
    });
    for (const [index, { embedding }] of plain.data.entries()) {
      expect(embedding).toHaveLength(8);
      const decoded = data[index]?.embedding ?? [];
      for (const [at, number] of embedding.entries()) {
        expect(decoded[at]).toBeCloseTo(number, 5);
      }
    }
  });

  test("responses, plain and streamed", async () => {
    const request = { model: testModel, input: "Hello" };
    const plain = await client.responses.create(request);
    expect(plain.output_text).toBe("echo: Hello");
    const stream = await client.responses.create({ ...request, stream: true });
    let text = "";
    let last = "";
    for await (const event of stream) {
      last = event.type;
      if (event.type === "response.output_text.delta") text += event.delta;
    }
    expect(text).toBe("echo: Hello");
    expect(last).toBe("response.completed");
  });

  test("models: the list, and one of them", async () => {
    const ids: string[] = [];
    for await (const { id } of client.models.list()) ids.push(id);
    expect(ids).toContain("qwen/qwen3-coder:free");
    const model = await client.models.retrieve("qwen/qwen3-coder:free");
    expect(model.id).toBe("qwen/qwen3-coder:free");
    const missing = await errorOf(client.models.retrieve("acme/none"));
    expect(missing).toBeInstanceOf(NotFoundError);
  });
});

describe("errors", () => {
  test.for([
    ["400", { kind: "400" }, BadRequestError, 400],
    ["404", { kind: "404-no-endpoints" }, NotFoundError, 404],
    ["422", { kind: "422" }, UnprocessableEntityError, 422],
    ["503", { kind: "503" }, InternalServerError, 503],
    [
      "a broken connection",
      { kind: "drop-before-headers" },
      InternalServerError,
      502,
    ],
  ] as const)(
    "%s of OpenRouter, plain and streamed",
    async ([, fault, type, status]) => {
      const model = await stack.failing(fault);
      for (const fail of [() => ask(model), () => askForStream(model)]) {
        const error = await errorOf(fail());
        expect(error).toBeInstanceOf(type);
        expect(error).toMatchObject({ status });
        expect((error as Error).message).toMatch(/^\d{3} \S+/);
      }
    },
  );

  test("a wrong key is an AuthenticationError", async () => {
    const stranger = client.withOptions({ apiKey: "wrong" });
    const error = await errorOf(stranger.models.list());
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(error).toMatchObject({
      status: 401,
      type: "authentication_error",
      message: "401 This API key is not known here",
    });
  });

  test("a body of ours that is refused is a BadRequestError", async () => {
    const error = await errorOf(
      client.chat.completions.create({ model: testModel, messages: [] }),
    );
    expect(error).toBeInstanceOf(BadRequestError);
    expect(error).toMatchObject({ type: "invalid_request_error" });
  });

  test("a stream that breaks off is thrown where it is read", async () => {
    const model = await stack.failing({
      kind: "drop-mid-stream",
      afterEvents: 2,
    });
    const reading = async () => {
      for await (const _ of await askForStream(model));
    };
    const error = await errorOf(reading());
    expect(error).toMatchObject({
      code: 502,
      message: expect.stringMatching(/connection to OpenRouter/),
    });
  });

  test("a wait that was too long is an InternalServerError with 504", async () => {
    const model = await stack.failing({
      kind: "429-provider-pool",
      retryAfterSeconds: 60,
    });
    const headers = { "X-Max-Wait-Ms": "300" };
    const error = await errorOf(ask(model, { headers }));
    expect(error).toBeInstanceOf(InternalServerError);
    expect(error).toMatchObject({ status: 504, type: "timeout_error" });
  });
});

describe("giving up", () => {
  test.for(["plain", "streamed"])("an abort, %s", async (kind) => {
    const model = await stack.slow(30_000);
    const { signal, abort } = abortable();
    const options = { signal };
    const asked =
      kind === "plain" ? ask(model, options) : askForStream(model, options);
    const failed = errorOf(asked);
    await stack.untilCalled(model);
    abort();
    expect(await failed).toBeInstanceOf(APIUserAbortError);
    await stack.untilAborted(model);
  });

  test("leaving a stream", async () => {
    await stack.simulator.settings({ chunks: 1_000, interChunkMs: 50 });
    const model = "acme/endless:free";
    for await (const _ of await askForStream(model)) break;
    await stack.untilAborted(model);
    await stack.simulator.settings({ chunks: null, interChunkMs: null });
  });

  test("the SDK's timeout", async () => {
    const model = await stack.slow(30_000);
    const error = await errorOf(ask(model, { timeout: 1_000 }));
    expect(error).toBeInstanceOf(APIConnectionTimeoutError);
    await stack.untilAborted(model);
  });
});

test("the SDK's own retries, after an error that has passed", async () => {
  const model = "acme/flaky:free";
  await stack.simulator.script([
    { match: { model }, times: 1, fault: { kind: "503" } },
  ]);
  const { choices } = await ask(model, { maxRetries: 2 });
  expect(choices[0]?.message.content).toBe("echo: Hello");
  expect(await stack.simulator.calls({ model })).toHaveLength(2);
});

test("spent budgets are a RateLimitError with Retry-After", async () => {
  await stack.spendBudgets();
  for (const fail of [() => ask(), () => askForStream()]) {
    const error = await errorOf(fail());
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error).toMatchObject({
      status: 429,
      type: "rate_limit_error",
      message: expect.stringContaining("429 All API keys are rate limited: "),
    });
    const { headers } = error as RateLimitError;
    const seconds = Number(headers?.get("retry-after"));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(3_601);
  }
});

function abortable() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
