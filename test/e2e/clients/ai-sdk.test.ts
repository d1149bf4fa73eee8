import { createOpenRouter } from "@openrouter/ai-sdk-provider";
import {
  APICallError,
  embedMany,
  generateText,
  jsonSchema,
  streamText,
  tool,
} from "ai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testModel } from "../../support/clients/chat.ts";
import {
  type ClientStack,
  clientKey,
  errorOf,
  startClientStack,
} from "./client-stack.ts";

let stack: ClientStack;
let connect: (apiKey: string) => ReturnType<typeof createOpenRouter>;
let openrouter: ReturnType<typeof createOpenRouter>;
beforeAll(async () => {
  stack = await startClientStack();
  connect = (apiKey) => createOpenRouter({ baseURL: stack.baseUrl, apiKey });
  openrouter = connect(clientKey);
});
afterAll(() => stack?.stop());

function request(model: string = testModel, provider = openrouter) {
  return { model: provider(model), prompt: "Hello", maxRetries: 0 };
}

/** Reads a stream to its end and throws what came as an error on the way. */
async function readAll(
  options: ReturnType<typeof request> & { abortSignal?: AbortSignal },
): Promise<string> {
  let failure: unknown;
  const result = streamText({
    ...options,
    onError: ({ error }) => {
      failure = error;
    },
  });
  let text = "";
  for await (const part of result.textStream) text += part;
  if (failure !== undefined) throw failure;
  return text;
}

test("generateText", async () => {
  const { text, finishReason, usage } = await generateText(request());
  expect(text).toBe("echo: Hello");
  expect(finishReason).toBe("stop");
  expect(usage.totalTokens).toBeGreaterThan(0);
});

test("streamText", async () => {
  expect(await readAll(request())).toBe("echo: Hello");
});

test("a tool", async () => {
  const { toolCalls } = await generateText({
    ...request(),
    prompt: "use tool please",
    tools: { lookup: tool({ inputSchema: jsonSchema({ type: "object" }) }) },
  });
  expect(toolCalls).toMatchObject([
    { toolName: "lookup", input: { input: "use tool please" } },
  ]);
});

test("embedMany", async () => {
  const { embeddings } = await embedMany({
    model: openrouter.textEmbeddingModel(testModel),
    values: ["one", "two"],
  });
  expect(embeddings).toHaveLength(2);
  expect(embeddings[0]).toHaveLength(8);
});

describe("errors", () => {
  test.for([
    ["400", 400, false],
    ["404-no-endpoints", 404, false],
    ["503", 503, true],
    ["drop-before-headers", 502, true],
  ] as const)(
    "%s of OpenRouter, generated and streamed",
    async ([kind, statusCode, isRetryable]) => {
      const model = await stack.failing({ kind });
      for (const ask of [generateText, readAll]) {
        const error = await errorOf(ask(request(model)));
        expect(APICallError.isInstance(error)).toBe(true);
        expect(error).toMatchObject({
          statusCode,
          isRetryable,
          message: expect.stringMatching(/\w/),
        });
      }
    },
  );

  test("a wrong key is a 401 that is not worth a retry", async () => {
    const error = await errorOf(
      generateText(request(testModel, connect("wrong"))),
    );
    expect(error).toMatchObject({
      statusCode: 401,
      isRetryable: false,
      message: "This API key is not known here",
    });
  });

  test("a stream that breaks off is told", async () => {
    const model = await stack.failing({
      kind: "drop-mid-stream",
      afterEvents: 2,
    });
    const error = await errorOf(readAll(request(model)));
    expect(JSON.stringify(error) + String(error)).toContain(
      "connection to OpenRouter",
    );
  });
});

test.for(["generateText", "streamText"])("an abort of %s", async (kind) => {
  const model = await stack.slow(30_000);
  const controller = new AbortController();
  const options = { ...request(model), abortSignal: controller.signal };
  const asked =
    kind === "generateText" ? generateText(options) : readAll(options);
  const ended = Promise.resolve(asked).then(
    () => "ended",
    (error: Error) => error.name,
  );
  await stack.untilCalled(model);
  controller.abort();
  // A stream that is aborted just ends.
  expect(await ended).toBe(kind === "generateText" ? "AbortError" : "ended");
  await stack.untilAborted(model);
});

test("spent budgets are a 429 with Retry-After", async () => {
  await stack.spendBudgets();
  for (const ask of [generateText, readAll]) {
    const error = await errorOf(ask(request()));
    if (!APICallError.isInstance(error)) throw error;
    expect(error.statusCode).toBe(429);
    expect(error.isRetryable).toBe(true);
    expect(error.message).toContain("All API keys are rate limited: ");
    expect(Number(error.responseHeaders?.["retry-after"])).toBeGreaterThan(0);
  }
});
