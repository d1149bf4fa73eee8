import { expect, test } from "vitest";
import {
  findOtherModel,
  readEventModel,
} from "../../../../apps/worker/src/answer/answer-model.ts";
import type { CallResult } from "../../../../apps/worker/src/answer/call-result.ts";

const [a, b] = ["a/a:free", "b/b:free"];
const timing = { calledModel: a, upstreamMs: 1 };

function answer(body: unknown, status = 200): CallResult {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const whole = { status, headers: {}, body: Buffer.from(text) };
  return { kind: "answer", answer: whole, ...timing };
}

test.for<[string, CallResult, string | undefined]>([
  ["another model of the chain", answer({ model: b, choices: [] }), b],
  [
    "another model behind white space",
    answer(`\n   \n${JSON.stringify({ content: [], model: b })}`),
    b,
  ],
  ["the model that was asked for", answer({ model: a, text: b }), undefined],
  ["a dated name", answer({ model: "b/b-2026-01-01:free" }), undefined],
  ["a paid twin", answer({ model: "b/b" }), undefined],
  ["a name in the text only", answer({ text: [b] }), undefined],
  ["a name that is no text", answer({ model: [b] }), undefined],
  ["an error status", answer({ model: b }, 502), undefined],
  ["no JSON", answer(`"${b}`), undefined],
  ["a stream", { kind: "relayed", model: b, ...timing }, b],
  ["a stream that names no model", { kind: "relayed", ...timing }, undefined],
])("%s", ([, result, model]) => {
  expect(findOtherModel(result, [a, b])).toBe(model);
  expect(findOtherModel(result, [a])).toBe(undefined);
});

test.for([
  ["a chunk", { model: b, choices: [] }, b],
  ["/messages", { type: "message_start", message: { model: b } }, b],
  ["/responses", { type: "response.created", response: { model: b } }, b],
  ["an event without a model", { choices: [] }, undefined],
] as const)("reads the model of %s", ([, event, model]) => {
  expect(readEventModel(event)).toBe(model);
});
