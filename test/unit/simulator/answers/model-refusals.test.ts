import { describe, expect, it } from "vitest";
import type { SimulatorSettings } from "../../../simulator/start-simulator.ts";
import {
  KEY,
  MODEL,
  OTHER_KEY,
  post,
  readError,
  startForTest,
} from "../harness.ts";

type ModelSettings = NonNullable<SimulatorSettings["models"]>[string];
type Case = {
  title: string;
  settings: ModelSettings;
  body: Record<string, unknown>;
  status: number;
  message: string;
};

const SMALL = { contextLength: 100 };
const IMAGE = { url: "data:image/png;base64,AAAA" };

function say(...content: unknown[]): Record<string, unknown> {
  return { messages: [{ role: "user", content }] };
}

const withdrawals: Case[] = [
  {
    title: "no endpoints",
    settings: { withdrawn: "no-endpoints", listed: true },
    body: {},
    status: 404,
    message: `No endpoints found for ${MODEL}.`,
  },
  {
    title: "the end of its period",
    settings: { withdrawn: "period-ended" },
    body: {},
    status: 404,
    message:
      "The free Gemma 4 31B period has ended. To continue using this model, please migrate to the paid slug: google/gemma-4-31b-it",
  },
  {
    title: "an id that is not valid",
    settings: { withdrawn: "invalid-id" },
    body: {},
    status: 400,
    message: `${MODEL} is not a valid model ID`,
  },
];

const NO_IMAGES = "No endpoints found that support image input";
const misfits: Case[] = [
  {
    title: "tools",
    settings: { supportedParameters: ["max_tokens"] },
    body: { tools: [{ type: "function", function: { name: "look" } }] },
    status: 404,
    message:
      "No endpoints found that support tool use. To learn more about provider routing, visit: https://openrouter.ai/docs/provider-routing",
  },
  {
    title: "an image of chat",
    settings: {},
    body: say(
      { type: "text", text: "?" },
      { type: "image_url", image_url: IMAGE },
    ),
    status: 404,
    message: NO_IMAGES,
  },
  {
    title: "an image of the Messages form",
    settings: {},
    body: say({ type: "tool_result", content: [{ type: "image" }] }),
    status: 404,
    message: NO_IMAGES,
  },
  {
    title: "an image of the Responses form",
    settings: {},
    body: { input: [{ role: "user", content: [{ type: "input_image" }] }] },
    status: 404,
    message: NO_IMAGES,
  },
  {
    title: "a schema",
    settings: { supportedParameters: ["tools"] },
    body: { response_format: { type: "json_schema", json_schema: {} } },
    status: 404,
    message: "No endpoints found that can handle the requested parameters.",
  },
  {
    title: "a long prompt",
    settings: SMALL,
    body: say({ type: "text", text: "x".repeat(404) }),
    status: 400,
    message:
      "This endpoint's maximum context length is 100 tokens. However, you requested about 101 tokens (101 of text input, 0 in the output). ",
  },
  {
    title: "a long answer",
    settings: SMALL,
    body: { ...say({ type: "text", text: "x".repeat(200) }), max_tokens: 51 },
    status: 400,
    message: "However, you requested about 101 tokens",
  },
];

describe("a model refuses what it cannot do", () => {
  it.each([...withdrawals, ...misfits])(
    "$title",
    async ({ settings, body, status, message }) => {
      const simulator = await startForTest({ models: { [MODEL]: settings } });
      const response = await post(simulator, body);
      const { error } = await readError(response);
      expect([response.status, error.code]).toEqual([status, status]);
      expect(error.message).toContain(message);
    },
  );
});

describe("a model that can do it", () => {
  it.each(misfits)("answers: $title", async ({ body }) => {
    const models = { "acme/able:free": { inputModalities: ["text", "image"] } };
    const simulator = await startForTest({ models });
    const able = await post(simulator, { ...body, model: "acme/able:free" });
    const unknown = await post(simulator, { ...body, model: "who/knows:free" });
    expect([able.status, unknown.status]).toEqual([200, 200]);
  });

  it("may support response_format alone, and fill its context exactly", async () => {
    const settings = { supportedParameters: ["response_format"], ...SMALL };
    const simulator = await startForTest({ models: { [MODEL]: settings } });
    const schema = { type: "json_schema", json_schema: { schema: {} } };
    const full = say({ type: "text", text: "x".repeat(200) });
    const body = { ...full, response_format: schema, max_tokens: 50 };
    expect((await post(simulator, body)).status).toBe(200);
  });
});

describe("the quota", () => {
  it("is spent by the 404s of a withdrawn model, not by its 400", async () => {
    const simulator = await startForTest({
      models: {
        "a/a:free": { withdrawn: "no-endpoints" },
        "b/b:free": { withdrawn: "period-ended" },
        "c/c:free": { withdrawn: "invalid-id" },
      },
    });
    for (const model of ["a/a:free", "b/b:free", "c/c:free"]) {
      await post(simulator, { model });
    }
    const calls = await simulator.calls();
    expect(calls.map(({ kind, counted }) => [kind, counted])).toEqual([
      ["404-no-endpoints", true],
      ["404-period-ended", true],
      ["400-invalid-id", false],
    ]);
  });
});

describe("an account's data policy", () => {
  it("excludes models for this account alone", async () => {
    const simulator = await startForTest({
      accounts: {
        shy: { keys: [KEY], refusedModels: [MODEL] },
        open: { keys: [OTHER_KEY] },
      },
    });
    const refused = await post(simulator);
    expect(refused.status).toBe(404);
    expect((await readError(refused)).error.message).toBe(
      "No endpoints found matching your data policy (Free model training). Configure: https://openrouter.ai/settings/privacy",
    );
    expect((await post(simulator, { model: "a/b:free" })).status).toBe(200);
    expect((await post(simulator, {}, { key: OTHER_KEY })).status).toBe(200);
    const [call] = await simulator.calls();
    expect(call).toMatchObject({ kind: "404-data-policy", counted: true });
  });
});

describe("the free router", () => {
  it("picks a listed model that fits", async () => {
    const able = "acme/able:free";
    const simulator = await startForTest({
      models: { [able]: { inputModalities: ["text", "image"] } },
    });
    const image = { model: "openrouter/free", ...say({ type: "image_url" }) };
    const answer = await (await post(simulator, image)).json();
    expect(answer).toMatchObject({ model: able });
    await simulator.settings({ models: { [able]: { listed: false } } });
    expect((await post(simulator, image)).status).toBe(404);
  });
});

describe("a model's own latency", () => {
  it("takes the place of the general one", async () => {
    const simulator = await startForTest({
      latencyMs: 60_000,
      models: { [MODEL]: { latencyMs: 0 } },
    });
    const startedAt = performance.now();
    await post(simulator);
    expect(performance.now() - startedAt).toBeLessThan(30_000);
  });
});
