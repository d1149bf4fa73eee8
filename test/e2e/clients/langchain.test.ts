import { tool } from "@langchain/core/tools";
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testModel } from "../../support/clients/chat.ts";
import {
  type ClientStack,
  clientKey,
  errorOf,
  startClientStack,
} from "./client-stack.ts";

let stack: ClientStack;
beforeAll(async () => {
  stack = await startClientStack();
});
afterAll(() => stack?.stop());

function chatModel(model: string = testModel, apiKey: string = clientKey) {
  return new ChatOpenAI({
    model,
    apiKey,
    maxRetries: 0,
    configuration: { baseURL: stack.baseUrl },
  });
}

async function readAll(model: ChatOpenAI, signal?: AbortSignal) {
  let text = "";
  const options = signal ? { signal } : {};
  for await (const chunk of await model.stream("Hello", options)) {
    text += chunk.text;
  }
  return text;
}

test("invoke", async () => {
  const message = await chatModel().invoke("Hello");
  expect(message.text).toBe("echo: Hello");
  expect(message).toMatchObject({
    usage_metadata: { total_tokens: expect.any(Number) },
  });
});

test("stream", async () => {
  expect(await readAll(chatModel())).toBe("echo: Hello");
});

test("through the Responses API", async () => {
  const model = new ChatOpenAI({
    model: testModel,
    apiKey: clientKey,
    useResponsesApi: true,
    configuration: { baseURL: stack.baseUrl },
  });
  expect((await model.invoke("Hello")).text).toBe("echo: Hello");
  expect(await readAll(model)).toBe("echo: Hello");
});

test("batch", async () => {
  const messages = await chatModel().batch(["one", "two", "three"]);
  expect(messages.map(({ text }) => text)).toEqual([
    "echo: one",
    "echo: two",
    "echo: three",
  ]);
});

test("a tool", async () => {
  const lookup = tool(async () => "found", {
    name: "lookup",
    description: "Looks something up",
    schema: { type: "object", properties: { input: { type: "string" } } },
  });
  const message = await chatModel()
    .bindTools([lookup])
    .invoke("use tool please");
  expect(message.tool_calls).toMatchObject([
    { name: "lookup", args: { input: "use tool please" } },
  ]);
});

test("embeddings", async () => {
  const embeddings = new OpenAIEmbeddings({
    model: testModel,
    apiKey: clientKey,
    configuration: { baseURL: stack.baseUrl },
  });
  const vectors = await embeddings.embedDocuments(["one", "two"]);
  expect(vectors.map((vector) => vector.length)).toEqual([8, 8]);
});

describe("errors", () => {
  test.for([
    ["400", 400],
    ["404-no-endpoints", 404],
    ["503", 503],
    ["drop-before-headers", 502],
  ] as const)("%s of OpenRouter", async ([kind, status]) => {
    const model = chatModel(await stack.failing({ kind }));
    for (const fail of [() => model.invoke("Hello"), () => readAll(model)]) {
      expect(await errorOf(fail())).toMatchObject({ status });
    }
  });

  test("a wrong key is an authentication error", async () => {
    const model = chatModel(testModel, "wrong");
    expect(await errorOf(model.invoke("Hello"))).toMatchObject({
      status: 401,
      lc_error_code: "MODEL_AUTHENTICATION",
    });
  });
});

test.for(["invoke", "stream"])("an abort of %s", async (kind) => {
  const name = await stack.slow(30_000);
  const model = chatModel(name);
  const controller = new AbortController();
  const { signal } = controller;
  const failed = errorOf(
    kind === "invoke"
      ? model.invoke("Hello", { signal })
      : readAll(model, signal),
  );
  await stack.untilCalled(name);
  controller.abort();
  expect(String(await failed)).toMatch(/abort/i);
  await stack.untilAborted(name);
});

test("spent budgets are a rate limit error with Retry-After", async () => {
  await stack.spendBudgets();
  const model = chatModel();
  for (const fail of [() => model.invoke("Hello"), () => readAll(model)]) {
    const error = (await errorOf(fail())) as { headers: Headers };
    expect(error).toMatchObject({
      status: 429,
      lc_error_code: "MODEL_RATE_LIMIT",
    });
    expect(Number(error.headers.get("retry-after"))).toBeGreaterThan(0);
  }
});
