import { pino } from "pino";
import { expect, test } from "vitest";
import type { CallResult } from "../../../../apps/worker/src/answer/call-result.ts";
import type { NoAnswer } from "../../../../apps/worker/src/answer/outcome.ts";
import { classifyResult } from "../../../../apps/worker/src/classify/classify-result.ts";
import { createWatchModels } from "../../../../apps/worker/src/models/watch-models.ts";

const model = "a/a:free";
const timing = { calledModel: model, upstreamMs: 5 };

function answer(status: number, body: string): CallResult {
  const answer = { status, headers: {}, body: Buffer.from(body) };
  return { kind: "answer", answer, ...timing };
}

function failure(reason: NoAnswer["reason"]): CallResult {
  const failure = { reason, message: "", wasSent: true };
  return { kind: "no-answer", failure, ...timing };
}

const envelope = (code: number, message: string) =>
  JSON.stringify({ error: { code, message } });

/** What is recorded of the model after so many calls with one result. */
async function learnFrom(result: CallResult, calls = 1): Promise<string[]> {
  const recorded: string[] = [];
  const record =
    <Answer>(name: string, answer: Answer) =>
    async () => {
      recorded.push(name);
      return answer;
    };
  const models = {
    prove: record("prove", undefined),
    cool: record("cool", 2_000),
    doubt: record("doubt", undefined),
    lose: record("lose", { isNews: true, until: 1 }),
    forgetProof: record("forget-proof", undefined),
    hasCooledDown: async () => false,
  };
  const watchModels = createWatchModels({
    keyPool: { models } as never,
    promoteAwaiting: async () => {},
    logger: pino({ level: "silent" }),
  });
  const classification = classifyResult(result, {
    ...{ model, models: [model], checksModels: true },
    path: "/chat/completions",
    body: JSON.stringify({ model, messages: [] }),
  });
  const grant = { model, proof: calls === 1 ? "proof" : undefined };
  for (let call = 0; call < calls; call += 1) {
    await watchModels.learn(`request-${call}`, grant, {
      result,
      classification,
    });
  }
  return recorded;
}

// biome-ignore format: a table
test.for<[name: string, result: CallResult, recorded: string[]]>([
  ["an error of the request", answer(404, envelope(404, "No endpoints found that support tool use.")), ["prove"]],
  ["a 404 of the model's life", answer(404, envelope(404, `No endpoints found for ${model}.`)), ["lose"]],
  ["the same inside a 200", answer(200, envelope(404, `No endpoints found for ${model}.`)), ["lose"]],
  ["no room for the answer", failure("no-room"), ["forget-proof"]],
  ["a page that refuses", answer(403, "<!DOCTYPE html>"), ["forget-proof"]],
])("a call that was to prove the model: %s", async ([, result, recorded]) => {
  expect(await learnFrom(result)).toEqual(recorded);
});

// biome-ignore format: a table
test.for<[name: string, result: CallResult, cools: boolean]>([
  ["timeouts", failure("timeout"), true],
  ["answers that the worker had no room for", failure("no-room"), false],
  ["pages of Cloudflare that refuse", answer(403, "<!DOCTYPE html>"), false],
])("five in a row: %s", async ([, result, cools]) => {
  const recorded = await learnFrom(result, 5);
  expect(recorded.includes("cool")).toBe(cools);
});
