import { expect, test } from "vitest";
import {
  readStreamEnding,
  type StreamEnding,
} from "../../../../apps/worker/src/answer/stream-ending.ts";

const chunk = (delta: object, finish: string | null = null) =>
  JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] });
const hi = chunk({ content: "hi" });
const stop = chunk({ content: "" }, "stop");
const usage = '{"choices":[],"usage":{"prompt_tokens":3}}';
const failed = JSON.stringify({
  error: { code: 502, message: "overloaded" },
  choices: [{ delta: { content: "" }, finish_reason: "error" }],
});
const textDelta =
  '{"type":"content_block_delta","delta":{"type":"text_delta","text":"hi"}}';
const stopDelta = '{"type":"message_delta","delta":{"stop_reason":"end_turn"}}';
const outputDelta = '{"type":"response.output_text.delta","delta":"hi"}';

const toEvents = (data: readonly string[], end = "\n\n") =>
  data.map((each) => `data: ${each}${end}`).join("");

test.for<[string, StreamEnding, string[]]>([
  ["a finish reason and the end mark", "ended", [hi, stop, usage, "[DONE]"]],
  ["a finish reason", "ended", [hi, stop]],
  ["the end mark", "ended", [hi, "[DONE]"]],
  [
    "a finish reason beside content",
    "ended",
    [chunk({ content: "x" }, "stop")],
  ],
  ["a finish reason of the first of two choices", "ended", [hi, stop, hi]],
  ["an error", "failed", [hi, failed]],
  ["an error and the end mark", "failed", [hi, failed, usage, "[DONE]"]],
  ["an error as the finish reason", "failed", [hi, chunk({}, "error")]],
  ["an error that it went on after", "ended", [failed, hi, stop, "[DONE]"]],
  ["content", "cut", [hi, hi]],
  ["half an event", "cut", [hi, stop.slice(0, -4)]],
  ["no content at all", "empty", [chunk({ role: "a" }), stop, "[DONE]"]],
  ["no room for content", "ended", [chunk({}, "length"), usage, "[DONE]"]],
  ["/messages: the end", "ended", [textDelta, stopDelta]],
  ["/messages: content", "cut", [textDelta]],
  ["/messages: nothing", "empty", [stopDelta, '{"type":"message_stop"}']],
  ["/messages: an error", "failed", [textDelta, '{"type":"error"}']],
  ["/responses: the end", "ended", ['{"type":"response.completed"}']],
  ["/responses: content", "cut", [outputDelta]],
  ["/responses: failed", "failed", [outputDelta, '{"type":"response.failed"}']],
])("%s: %s", ([, ending, data]) => {
  for (const end of ["\n\n", "\r\n\r\n"]) {
    const bytes = Buffer.from(toEvents(data, end));
    expect(readStreamEnding(bytes, true)).toBe(ending);
  }
});

test("an event that is longer than what is left of the stream ended it well", () => {
  const tail = Buffer.from('x"}],"type":"response.completed"}\n\n');
  expect(readStreamEnding(tail, false)).toBe("ended");
});

test("the last content decides, whatever is missing in front of it", () => {
  const tail = Buffer.from(`ent":"x"}}]}\n\n${toEvents([hi])}`);
  expect(readStreamEnding(tail, false)).toBe("cut");
});
