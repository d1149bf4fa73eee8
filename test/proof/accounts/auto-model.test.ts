import { afterEach, expect, inject, test } from "vitest";
import { createRandom } from "../../simulator/random.ts";
import type { SimulatorSettings } from "../../simulator/start-simulator.ts";
import { burst } from "../../support/clients/chat.ts";
import { untilModelsKnown } from "../../support/clients/models-known.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

const requests = 300;

let stack: Stack | undefined;
afterEach(() => stack?.stop());

/** Six free models, of which one is without fault. */
const models: NonNullable<SimulatorSettings["models"]> = {
  "good/one:free": {},
  "slow/one:free": { latencyMs: 2_000 },
  "empty/one:free": { answers: "empty" },
  "down/one:free": { fault: { kind: "503" } },
  "small/one:free": { contextLength: 200 },
  "plain/one:free": { supportedParameters: ["max_tokens"] },
};

const tools = [
  { type: "function", function: { name: "look", parameters: {} } },
];

/** Every third request has tools, every third is too long for the small model. */
function optionsOf(index: number, model: string | undefined) {
  return {
    model: model ?? pick(),
    content: index % 3 === 1 ? "long ".repeat(400) : "Hello",
    extra: index % 3 === 2 ? { tools } : {},
    headers: { "X-Answer-Check": "content", "X-Max-Wait-Ms": "5000" },
  };
}

/** One of the models, at random but the same in every run. */
const random = createRandom(1);
const names = Object.keys(models);
const pick = () => names[Math.floor(random() * names.length)] ?? "";

/** @param model undefined: each request names one of the models at random. */
async function measure(model: string | undefined) {
  const unlisted = [
    "google/gemma-4-31b-it:free",
    "meta-llama/llama-3.3-70b-instruct:free",
    "qwen/qwen3-coder:free",
    "openai/gpt-oss-20b:free",
    "mistralai/mistral-small-3.2-24b-instruct:free",
    "nvidia/nemotron-nano-9b-v2:free",
    "test/model:free",
  ];
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 3,
    perMinute: 1_000,
    perDay: 10_000,
    simulator: {
      latencyMs: 50,
      models: {
        ...models,
        ...Object.fromEntries(unlisted.map((id) => [id, { listed: false }])),
      },
    },
  });
  const { url, simulator } = stack;
  await untilModelsKnown(url);
  let answered = 0;
  for (let at = 0; at < requests; at += 30) {
    const answers = await burst(url, 30, (index) =>
      optionsOf(at + index, model),
    );
    answered += answers.filter(
      ({ status, headers }) => status === 200 && !headers.get("x-answer-check"),
    ).length;
  }
  const { total } = await simulator.summary();
  await stack.stop();
  stack = undefined;
  return {
    successRate: answered / requests,
    callsPerAnswer: total / Math.max(1, answered),
  };
}

test("pool/auto answers more requests with fewer calls than a model picked at random", async ({
  annotate,
}) => {
  const atRandom = await measure(undefined);
  const auto = await measure("pool/auto");
  await annotate(JSON.stringify({ atRandom, auto }));
  expect(auto.successRate).toBeGreaterThan(atRandom.successRate);
  expect(auto.callsPerAnswer).toBeLessThan(atRandom.callsPerAnswer);
});
