import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import type { Simulator } from "../../../simulator/start-simulator.ts";
import { KEY, MODEL, parseEvents, post, startForTest } from "../harness.ts";

const USE_TOOL = [{ role: "user" as const, content: "please use tool" }];
const ARGUMENTS = '{"input":"please use tool"}';
const TOOLS = [{ type: "function" as const, function: { name: "look" } }];

function createClient({ url }: Simulator): OpenAI {
  return new OpenAI({ baseURL: url, apiKey: KEY, maxRetries: 0 });
}

describe("OpenAI's own client", () => {
  it("understands chat completions, plain and streamed", async () => {
    const simulator = await startForTest();
    const client = createClient(simulator);
    const messages = [{ role: "user" as const, content: "hello" }];
    const request = { model: MODEL, messages };
    const plain = await client.chat.completions.create(request);
    expect(plain.choices[0]?.message.content).toBe("echo: hello");
    const stream = client.chat.completions.stream(request);
    expect(await stream.finalContent()).toBe("echo: hello");
    expect((await stream.totalUsage()).total_tokens).toBe(5);
  });

  it("understands tool calls, plain and streamed", async () => {
    const simulator = await startForTest();
    const client = createClient(simulator);
    const request = { model: MODEL, messages: USE_TOOL, tools: TOOLS };
    const plain = await client.chat.completions.create(request);
    const streamed = await client.chat.completions
      .stream(request)
      .finalChatCompletion();
    for (const { choices } of [plain, streamed]) {
      expect(choices[0]?.finish_reason).toBe("tool_calls");
      expect(choices[0]?.message.tool_calls?.[0]).toMatchObject({
        type: "function",
        function: { name: "look", arguments: ARGUMENTS },
      });
    }
    const none = { ...request, tool_choice: "none" as const };
    const text = await client.chat.completions.create(none);
    expect(text.choices[0]?.message.content).toBe("echo: please use tool");
  });

  it("understands completions, plain and streamed", async () => {
    const simulator = await startForTest();
    const client = createClient(simulator);
    const request = { model: MODEL, prompt: "hello" };
    const plain = await client.completions.create(request);
    expect(plain.choices[0]?.text).toBe("echo: hello");
    let text = "";
    for await (const part of await client.completions.create({
      ...request,
      stream: true,
    })) {
      text += part.choices[0]?.text ?? "";
    }
    expect(text).toBe("echo: hello");
  });

  it("understands responses, plain and streamed", async () => {
    const simulator = await startForTest();
    const client = createClient(simulator);
    const request = { model: MODEL, input: "hello" };
    const plain = await client.responses.create(request);
    expect(plain.output_text).toBe("echo: hello");
    const stream = client.responses.stream(request);
    const types: string[] = [];
    let text = "";
    for await (const event of stream) {
      types.push(event.type);
      if (event.type === "response.output_text.delta") text += event.delta;
    }
    expect(text).toBe("echo: hello");
    expect(types[0]).toBe("response.created");
    expect(types.at(-1)).toBe("response.completed");
    expect((await stream.finalResponse()).output_text).toBe("echo: hello");
  });

  it("understands embeddings", async () => {
    const simulator = await startForTest();
    const client = createClient(simulator);
    const answer = await client.embeddings.create({
      model: MODEL,
      input: ["hello"],
      encoding_format: "float",
    });
    expect(answer.data[0]?.embedding).toHaveLength(8);
  });

  it("sees an account's 429 for what it is", async () => {
    const simulator = await startForTest({
      accounts: { first: { keys: [KEY], perMinute: 0 } },
    });
    const call = createClient(simulator).chat.completions.create({
      model: MODEL,
      messages: [{ role: "user", content: "hello" }],
    });
    await expect(call).rejects.toMatchObject({
      status: 429,
      message: expect.stringContaining("free-models-per-min. "),
    });
  });
});

describe("the Anthropic form", () => {
  const path = "/messages";

  it("answers in one piece", async () => {
    const simulator = await startForTest();
    const response = await post(simulator, {}, { path });
    expect(await response.json()).toMatchObject({
      type: "message",
      role: "assistant",
      content: [{ type: "text", text: "echo: hello" }],
      stop_reason: "end_turn",
      usage: { input_tokens: 2, output_tokens: 3 },
    });
  });

  it("streams Anthropic's events", async () => {
    const simulator = await startForTest({ chunks: 2 });
    const response = await post(simulator, { stream: true }, { path });
    const text = await response.text();
    const names = Array.from(text.matchAll(/^event: (.*)$/gm), ([, n]) => n);
    expect(names).toEqual([
      "message_start",
      "content_block_start",
      "content_block_delta",
      "content_block_delta",
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
    const events = parseEvents(text) as { type: string }[];
    expect(events.map(({ type }) => type)).toEqual(names);
    expect(events[2]).toMatchObject({
      index: 0,
      delta: { type: "text_delta", text: "tok0 " },
    });
  });

  it("streams a tool's input in parts", async () => {
    const simulator = await startForTest();
    const tools = [{ name: "look", input_schema: {} }];
    const body = { stream: true, tools, messages: USE_TOOL };
    const text = await (await post(simulator, body, { path })).text();
    const events = parseEvents(text) as { delta?: { partial_json?: string } }[];
    const input = events.map((event) => event.delta?.partial_json ?? "");
    expect(input.join("")).toBe(ARGUMENTS);
    expect(text).toContain('"stop_reason":"tool_use"');
  });

  it("fails with an error event", async () => {
    const simulator = await startForTest({
      fault: { kind: "stream-error", code: 529, message: "busy" },
    });
    const response = await post(simulator, { stream: true }, { path });
    expect(parseEvents(await response.text())).toEqual([
      { type: "error", error: { type: "overloaded_error", message: "busy" } },
    ]);
  });
});

describe("a failing stream of the responses form", () => {
  it("ends with response.failed", async () => {
    const simulator = await startForTest({
      fault: { kind: "stream-error", afterEvents: 4 },
    });
    const body = { stream: true, input: "hello" };
    const response = await post(simulator, body, { path: "/responses" });
    const events = parseEvents(await response.text());
    expect(events).toHaveLength(5);
    expect(events[4]).toMatchObject({
      type: "response.failed",
      response: { status: "failed", error: { code: "502" } },
    });
  });
});
