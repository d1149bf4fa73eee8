import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { testModel } from "../../support/clients/chat.ts";
import { postDialect } from "../../support/clients/dialects.ts";
import { streamChat } from "../../support/clients/stream-chat.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

const commentMs = 200;
let stack: Stack;
let openai: OpenAI;
let anthropic: Anthropic;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    perMinute: 1_000,
    env: { STREAM_COMMENT_MS: String(commentMs), MAX_ATTEMPTS: "1" },
  });
  const { url } = stack;
  const options = { apiKey: "unused", maxRetries: 0 };
  openai = new OpenAI({ baseURL: `${url}/v1`, ...options });
  anthropic = new Anthropic({ baseURL: url, ...options });
});
afterAll(() => stack?.stop());

/** The next call is answered with one JSON body, before or after comments have gone out. */
async function answerWith(body: unknown, isLate: boolean): Promise<void> {
  await stack.simulator.settings({ latencyMs: isLate ? 4 * commentMs : 0 });
  await stack.simulator.script([
    {
      times: 1,
      fault: {
        kind: "custom",
        status: 200,
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      },
    },
  ]);
}

const messages = [{ role: "user" as const, content: "Hello" }];
const moments = [
  ["before any comment", false],
  ["after comments", true],
] as const;

test.for(moments)(
  "a chat completion that comes whole %s becomes a stream",
  async ([, isLate]) => {
    const toolCall = {
      id: "call_1",
      type: "function",
      function: { name: "look", arguments: '{"at":"it"}' },
    };
    await answerWith(
      {
        id: "gen-1",
        object: "chat.completion",
        created: 1,
        model: testModel,
        choices: [
          {
            index: 0,
            message: {
              role: "assistant",
              content: "All at once.",
              tool_calls: [toolCall],
            },
            finish_reason: "tool_calls",
          },
        ],
        usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
      },
      isLate,
    );
    const completion = await openai.chat.completions
      .stream({ model: testModel, messages })
      .finalChatCompletion();
    expect(completion.choices[0]?.message).toMatchObject({
      content: "All at once.",
      tool_calls: [toolCall],
    });
    expect(completion.usage?.total_tokens).toBe(3);
  },
);

test.for(moments)(
  "a text completion that comes whole %s becomes a stream",
  async ([, isLate]) => {
    const choice = { index: 0, text: "All at once.", finish_reason: "stop" };
    await answerWith(
      { id: "gen-2", object: "text_completion", choices: [choice] },
      isLate,
    );
    const response = await postDialect(stack.url, "/completions", {
      extra: { stream: true },
    });
    expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
    const events = (await response.text())
      .split("\n\n")
      .filter((event) => event.startsWith("data: "))
      .map((event) => event.slice(6));
    expect(JSON.parse(events[0] ?? "").choices).toEqual([choice]);
    expect(events.at(-1)).toBe("[DONE]");
  },
);

test.for(moments)(
  "a response that comes whole %s becomes a stream",
  async ([, isLate]) => {
    const output = [
      {
        type: "message",
        id: "msg_1",
        status: "completed",
        role: "assistant",
        content: [
          { type: "output_text", text: "All at once.", annotations: [] },
        ],
      },
      {
        type: "function_call",
        id: "fc_1",
        call_id: "call_1",
        name: "look",
        arguments: '{"at":"it"}',
        status: "completed",
      },
    ];
    await answerWith(
      {
        id: "gen-3",
        object: "response",
        created_at: 1,
        model: testModel,
        status: "completed",
        error: null,
        output,
      },
      isLate,
    );
    const stream = openai.responses.stream({ model: testModel, input: "Hi" });
    let text = "";
    stream.on("response.output_text.delta", ({ delta }) => {
      text += delta;
    });
    const response = await stream.finalResponse();
    expect(text).toBe("All at once.");
    expect(response.output).toMatchObject(output);
  },
);

test.for(moments)(
  "a message that comes whole %s becomes a stream",
  async ([, isLate]) => {
    const content = [
      { type: "text", text: "All at once." },
      { type: "tool_use", id: "call_1", name: "look", input: { at: "it" } },
    ];
    await answerWith(
      {
        id: "gen-4",
        type: "message",
        role: "assistant",
        model: testModel,
        content,
        stop_reason: "tool_use",
        stop_sequence: null,
        usage: { input_tokens: 1, output_tokens: 2 },
      },
      isLate,
    );
    const message = await anthropic.messages
      .stream({ model: testModel, messages, max_tokens: 100 })
      .finalMessage();
    expect(message.content).toMatchObject(content);
    expect(message.stop_reason).toBe("tool_use");
    expect(message.usage.output_tokens).toBe(2);
  },
);

test("an error that comes whole after comments is an error event", async () => {
  await answerWith({ error: { code: 400, message: "Not like this" } }, true);
  const { status, bytes } = await streamChat(`${stack.url}/v1`);
  expect(status).toBe(200);
  const last = bytes.toString().trim().split("\n\n").at(-1) ?? "";
  const { error, choices } = JSON.parse(last.replace("data: ", ""));
  expect(error.message).toBe("Not like this");
  expect(choices[0].finish_reason).toBe("error");
});

test.for([null, [], "text"])(
  "an answer %j after comments ends the stream with an error, and the gateway lives",
  async (body) => {
    await answerWith(body, true);
    const { status, bytes, isWhole } = await streamChat(`${stack.url}/v1`);
    expect(status).toBe(200);
    expect(isWhole).toBe(true);
    expect(bytes.toString()).toContain('"finish_reason":"error"');
    const alive = await fetch(`${stack.url}/health`);
    expect(alive.status).toBe(200);
  },
);
