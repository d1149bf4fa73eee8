import type { RecordedCall } from "@openrouter-free-pool/shared/models/model-recorder";
import { expect, test } from "vitest";
import { recordModelCall } from "../../../../apps/worker/src/models/record-model-call.ts";

const timing = { calledModel: "m", upstreamMs: 7 };
const answer = (status: number, body: object) => ({
  kind: "answer",
  answer: { status, headers: {}, body: Buffer.from(JSON.stringify(body)) },
  ...timing,
});
const failure = (kind: string, reason: string) => ({
  kind,
  failure: { reason, wasSent: true, message: "" },
  ...timing,
});
const stream = (ending: string) => ({ kind: "relayed", ending, ...timing });
const usage = { prompt_tokens: 3, completion_tokens: 9 };
const full = { choices: [{ message: { content: "Hi" } }], usage };
const empty = { choices: [{ message: { content: "" } }] };

function record(classification: object, result: object) {
  const calls: [string, RecordedCall][] = [];
  recordModelCall((model, call) => calls.push([model, call]), "m", {
    path: "/chat/completions",
    classification,
    result,
  } as never);
  return calls;
}

test.for<[string, object, object, string | undefined]>([
  ["an answer", { kind: "return" }, answer(200, full), "answered"],
  ["an empty answer", { kind: "return" }, answer(200, empty), "empty"],
  ["a bad request", { kind: "return" }, answer(400, {}), undefined],
  ["an unfit answer", { kind: "unfit" }, answer(200, full), "answered"],
  ["an empty unfit answer", { kind: "unfit" }, answer(200, empty), "empty"],
  [
    "an error inside a 200",
    { kind: "return", status: 400 },
    answer(200, {}),
    undefined,
  ],
  ["a stream", { kind: "relayed" }, { kind: "relayed", ...timing }, "answered"],
  ["an empty stream", { kind: "relayed" }, stream("empty"), "empty"],
  ["a stream with an error", { kind: "relayed" }, stream("failed"), "failed"],
  ["a stream without an end", { kind: "relayed" }, stream("cut"), "failed"],
  ["a 503", { kind: "transient" }, answer(503, {}), "failed"],
  [
    "a timeout",
    { kind: "transient" },
    failure("no-answer", "timeout"),
    "failed",
  ],
  [
    "an answer that the worker had no room for",
    { kind: "transient", sparesModel: true },
    failure("no-answer", "no-room"),
    undefined,
  ],
  [
    "a line that broke",
    { kind: "transient" },
    failure("no-answer", "connection"),
    undefined,
  ],
  [
    "a stream that broke",
    { kind: "broken" },
    failure("broken", "connection"),
    "failed",
  ],
  [
    "a stream that we broke off",
    { kind: "broken" },
    failure("broken", "aborted"),
    undefined,
  ],
  [
    "a stream that its client does not read",
    { kind: "broken" },
    failure("broken", "reader-stalled"),
    undefined,
  ],
  [
    "a 429 of the model",
    { kind: "model-limited" },
    answer(429, {}),
    "rateLimited",
  ],
  [
    "a 429 of the account",
    { kind: "account-limited" },
    answer(429, {}),
    undefined,
  ],
])("%s", ([, classification, result, outcome]) => {
  const outcomes = record(classification, result).map(([, call]) => call);
  expect(outcomes.map((call) => call.outcome)).toEqual(
    outcome === undefined ? [] : [outcome],
  );
});

test("a gone model is the one that the answer speaks of", () => {
  const calls = record({ kind: "model-gone", model: "n" }, answer(404, {}));
  expect(calls).toMatchObject([["n", { outcome: "gone" }]]);
});

test("an answer counts for the model of the chain that gave it", () => {
  const calls = record({ kind: "return", model: "n" }, answer(200, full));
  expect(calls).toMatchObject([["n", { outcome: "answered" }]]);
});

test("tokens come with the answer, the first token with the stream", () => {
  const tokens = { prompt: 1, completion: 5 };
  const plain = { ...answer(200, full), tokens };
  expect(record({ kind: "return" }, plain)).toMatchObject([
    ["m", { completionTokens: 5, upstreamMs: 7 }],
  ]);
  const stream = { kind: "relayed", firstTokenMs: 4, tokens, ...timing };
  expect(record({ kind: "relayed" }, stream)).toMatchObject([
    ["m", { completionTokens: 5, firstTokenMs: 4 }],
  ]);
});
