import fc from "fast-check";
import type { Fault } from "../../simulator/start-simulator.ts";

const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: "grapheme", maxLength: 10 }),
);
const value = fc.oneof(
  text,
  fc.double(),
  fc.constant(null),
  fc.jsonValue({ maxDepth: 2 }),
);
const choice = fc.record(
  {
    index: fc.oneof(fc.nat({ max: 3 }), value),
    delta: fc.oneof(fc.record({ content: fc.oneof(text, value) }), value),
    message: fc.oneof(fc.record({ content: fc.oneof(text, value) }), value),
    finish_reason: fc.oneof(fc.constantFrom("stop", "length", "error"), value),
    error: fc.oneof(fc.record({ code: value, message: value }), value),
  },
  { requiredKeys: [] },
);
const answer = fc.record(
  {
    id: fc.oneof(text, value),
    object: fc.oneof(fc.constantFrom("chat.completion.chunk"), value),
    model: fc.oneof(text, value),
    choices: fc.oneof(
      { weight: 4, arbitrary: fc.array(choice, { maxLength: 3 }) },
      value,
    ),
    usage: fc.oneof(fc.record({ total_tokens: value }), value),
    error: fc.oneof(fc.record({ code: value, message: value }), value),
  },
  { requiredKeys: [] },
);

/** What every answer of chat completions has, with members that may be replaced by odd ones. */
function mostlyRight(object: string, name: "delta" | "message") {
  return fc
    .tuple(
      fc.string({ minLength: 1, maxLength: 20 }),
      fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, answer),
    )
    .map(([content, odd]) => {
      const said = { role: "assistant", content };
      const only = { index: 0, [name]: said, finish_reason: "stop" };
      return { id: "gen-1", object, model: "m", choices: [only], ...odd };
    });
}
const wholeAnswer = mostlyRight("chat.completion", "message");
const chunk = mostlyRight("chat.completion.chunk", "delta");

const lineEnd = fc.constantFrom("\n", "\n", "\n", "\r\n", "\r");
const event = fc.oneof(
  {
    weight: 12,
    arbitrary: chunk.map((each) => `data: ${JSON.stringify(each)}`),
  },
  {
    weight: 6,
    arbitrary: answer.map((each) => `data: ${JSON.stringify(each)}`),
  },
  fc.constant("data: [DONE]"),
  fc.constant(": OPENROUTER PROCESSING"),
  text.map((each) => `data:${each}`),
  text.map((each) => `event: ${each}`),
  text,
  fc.constant(`data: ${"x".repeat(100_000)}`),
  fc.constant("id: 1\nretry: -1\ndata"),
);
const events = fc
  .tuple(fc.array(event, { maxLength: 8 }), lineEnd)
  .map(([each, end]) => each.map((one) => `${one}${end}${end}`).join(""));

const status = fc.constantFrom(
  ...[200, 200, 200, 200, 200, 201, 302, 400, 404, 408, 413, 418, 422],
  ...[500, 502, 503, 599],
);
const contentType = fc.constantFrom(
  "application/json",
  "text/event-stream",
  "text/event-stream; charset=utf-8",
  "text/html",
  "",
);

/** What an upstream may come up with: events, JSON, or neither, under any status and type. */
export const upstreamAnswers: fc.Arbitrary<Fault> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        status,
        contentType,
        fc.oneof(
          { weight: 3, arbitrary: events },
          answer.map((each) => JSON.stringify(each)),
          wholeAnswer.map((each) => JSON.stringify(each)),
          text,
        ),
        fc.constantFrom(undefined, undefined, undefined, "gzip", "br"),
      )
      .map(
        ([code, type, body, encoding]): Fault => ({
          kind: "custom",
          status: code,
          headers: { "Content-Type": type },
          body,
          ...(encoding ? { encoding } : {}),
        }),
      ),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(wholeAnswer, fc.array(chunk, { minLength: 1, maxLength: 4 }))
      .chain(([whole, chunks]) =>
        fc.constantFrom(
          rightDelivery("application/json", JSON.stringify(whole)),
          rightDelivery(
            "text/event-stream",
            [...chunks.map((each) => JSON.stringify(each)), "[DONE]"]
              .map((each) => `data: ${each}\n\n`)
              .join(""),
          ),
        ),
      ),
  },
  {
    weight: 2,
    // A right answer in whatever dialect was asked, slowly, or much of it.
    arbitrary: fc.constantFrom<Fault>(
      { kind: "slow", extraMs: 20 },
      { kind: "large-body", bytes: 300_000 },
      { kind: "whitespace-body" },
      { kind: "empty-content" },
      { kind: "cut-content" },
      { kind: "embedded-error" },
      { kind: "choice-error" },
    ),
  },
  fc.constantFrom<Fault>(
    { kind: "drop-before-headers" },
    { kind: "drop-mid-body" },
    { kind: "drop-mid-stream", afterEvents: 2 },
    { kind: "truncated-json" },
    { kind: "stream-error", afterEvents: 2 },
    { kind: "empty-stream" },
    { kind: "502-html" },
  ),
);

function rightDelivery(type: string, body: string): Fault {
  return {
    kind: "custom",
    status: 200,
    headers: { "Content-Type": type },
    body,
  };
}
