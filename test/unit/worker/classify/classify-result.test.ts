import { expect, test } from "vitest";
import type { CallResult } from "../../../../apps/worker/src/answer/call-result.ts";
import { relayStream } from "../../../../apps/worker/src/call/stream/relay-stream.ts";
import { ReplyStream } from "../../../../apps/worker/src/call/stream/reply-stream.ts";
import { classifyResult } from "../../../../apps/worker/src/classify/classify-result.ts";

const model = "a/a:free";
const timing = { calledModel: model, upstreamMs: 5 };
const gone = `No endpoints found for ${model}.`;
const policy =
  "No endpoints found matching your data policy (Free model training).";
const toolUse = "No endpoints found that support tool use.";

function classify(result: CallResult, models = [model], checksModels = true) {
  return classifyResult(result, {
    ...{ model: models[0] ?? model, models, checksModels },
    path: "/chat/completions",
    body: JSON.stringify({ model, messages: [] }),
  });
}

function answer(status: number, body: unknown): CallResult {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const answer = { status, headers: {}, body: Buffer.from(text) };
  return { kind: "answer", answer, ...timing };
}

const error = (code: number, message: string) => ({ error: { code, message } });

/** The result of a stream that begins with an event. */
async function stream(event: object): Promise<CallResult> {
  async function* chunks() {
    yield Buffer.from(": OPENROUTER PROCESSING\n\n");
    yield Buffer.from(`data: ${JSON.stringify(event)}\n\n`);
  }
  const replies = new ReplyStream({
    call: 1,
    send: async () => {},
    waitForTaken: async () => {},
  });
  const start = {} as Parameters<typeof relayStream>[2];
  const upstream = { headers: {}, chunks: chunks(), accept() {} };
  return { ...(await relayStream(upstream, replies, start)), ...timing };
}

// biome-ignore format: a table
test.for<[message: string, code: number, expected: object]>([
  [gone, 404, { kind: "model-gone", model, status: 404 }],
  [`${model} is not a valid model ID`, 400, { kind: "model-gone", model, status: 400 }],
  [policy, 404, { kind: "account-setting", setting: "data policy" }],
])(
  "an error counts under its status, inside a 200 and as a stream's first event: %s",
  async ([message, code, expected]) => {
    const told = error(code, message);
    expect(classify(answer(code, told))).toMatchObject(expected);
    expect(classify(answer(200, told))).toMatchObject(expected);
    expect(classify(await stream(told))).toMatchObject(expected);
  },
);

test("a gone model whose name holds the words of a setting is gone", () => {
  const named = "x/guardrail-7b:free";
  const result = answer(404, error(404, `No endpoints found for ${named}.`));
  expect(classify(result, [named])).toMatchObject({
    kind: "model-gone",
    model: named,
  });
  // Where lost models are not looked for, it is the client's answer.
  expect(classify(result, [named], false)).toEqual({ kind: "return" });
});

test("an embedded 404 of the request stays the request's", () => {
  const result = answer(200, error(404, toolUse));
  expect(classify(result)).toEqual({ kind: "return", status: 404 });
});
