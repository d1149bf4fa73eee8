import { expect, test } from "vitest";
import { isEmptyAnswer } from "../../../../apps/worker/src/answer/is-empty-answer.ts";

const chat = "/chat/completions";
const message = (parts: object) => ({ choices: [{ message: parts }] });

test.for<[string, string, unknown, boolean]>([
  ["a text", chat, message({ content: "Hello" }), false],
  ["no text", chat, message({ content: "" }), true],
  ["white space", chat, message({ content: " \n" }), true],
  ["null", chat, message({ content: null }), true],
  ["a thought only", chat, message({ content: null, reasoning: "Hm" }), true],
  ["a call of a tool", chat, message({ tool_calls: [{ id: "1" }] }), false],
  ["no call", chat, message({ content: "", tool_calls: [] }), true],
  ["a refusal", chat, message({ content: null, refusal: "No" }), false],
  ["an image", chat, message({ content: "", images: [{}] }), false],
  ["parts", chat, message({ content: [{ type: "text", text: "" }] }), true],
  ["a completion", "/completions", { choices: [{ text: "Hi" }] }, false],
  ["an empty one", "/completions", { choices: [{ text: "" }] }, true],
  ["an embedding", "/embeddings", { data: [{ embedding: [] }] }, false],
  [
    "a response",
    "/responses",
    { output: [{ type: "message", content: [{ text: "Hi" }] }] },
    false,
  ],
  [
    "a response that only thinks",
    "/responses",
    { output: [{ type: "reasoning", summary: [{ text: "Hm" }] }] },
    true,
  ],
  [
    "a message",
    "/messages",
    { content: [{ type: "tool_use", name: "f" }] },
    false,
  ],
  [
    "a message that only thinks",
    "/messages",
    { content: [{ type: "thinking", thinking: "Hm" }] },
    true,
  ],
])("%s of %s", ([, path, answer, isEmpty]) => {
  const body = Buffer.from(JSON.stringify(answer));
  expect(isEmptyAnswer(body, path)).toBe(isEmpty);
});

test("what cannot be read, or is large, is not called empty", () => {
  expect(isEmptyAnswer(Buffer.from("{"), chat)).toBe(false);
  const long = message({ content: "", reasoning: "x".repeat(70_000) });
  expect(isEmptyAnswer(Buffer.from(JSON.stringify(long)), chat)).toBe(false);
});

test("a text that is an object counts as content, whatever its members", () => {
  const text = { toString: 1, valueOf: 1 };
  const message = { content: [{ type: "text", text }] };
  const body = Buffer.from(JSON.stringify({ choices: [{ message }] }));
  expect(isEmptyAnswer(body, chat)).toBe(false);
});
