import { describe, expect, it } from "vitest";
import {
  get,
  KEY,
  MODEL,
  OTHER_KEY,
  post,
  readError,
  sha256,
  startForTest,
} from "./harness.ts";

describe("authentication", () => {
  it("tells a missing key from an unknown one", async () => {
    const simulator = await startForTest();
    const missing = await fetch(`${simulator.url}/chat/completions`, {
      method: "POST",
      body: "{}",
    });
    const unknown = await post(simulator, {}, { key: "sk-or-v1-nobody" });
    expect([missing.status, unknown.status]).toEqual([401, 401]);
    expect(await missing.text()).toBe(
      '{"error":{"message":"No cookie auth credentials found","code":401}}',
    );
    expect(await unknown.text()).toBe(
      '{"error":{"message":"User not found.","code":401}}',
    );
    expect((await get(simulator, "/key", null)).status).toBe(401);
  });

  it("takes Anthropic's header for the key", async () => {
    const simulator = await startForTest();
    const response = await fetch(`${simulator.url}/messages`, {
      method: "POST",
      headers: { "x-api-key": OTHER_KEY },
      body: JSON.stringify({
        model: MODEL,
        messages: [{ role: "user", content: "hi" }],
      }),
    });
    expect(response.status).toBe(200);
    expect(await simulator.calls({ key: OTHER_KEY })).toHaveLength(1);
  });

  it("refuses a revoked key everywhere", async () => {
    const simulator = await startForTest({
      keys: { [KEY]: { fault: { kind: "401" } } },
    });
    expect((await post(simulator)).status).toBe(401);
    expect((await get(simulator, "/key")).status).toBe(401);
    expect((await get(simulator, "/key", OTHER_KEY)).status).toBe(200);
  });
});

describe("a chat completion", () => {
  it("has OpenRouter's form and echoes the last user message", async () => {
    const simulator = await startForTest();
    const response = await post(simulator);
    const text = await response.text();
    const id = response.headers.get("x-generation-id");
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.has("x-ratelimit-limit")).toBe(false);
    expect(JSON.parse(text)).toMatchObject({
      id,
      provider: "Google AI Studio",
      model: MODEL,
      object: "chat.completion",
      choices: [
        {
          finish_reason: "stop",
          native_finish_reason: "stop",
          index: 0,
          message: { role: "assistant", content: "echo: hello" },
        },
      ],
      usage: { prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 },
    });
    expect((await simulator.calls())[0]?.responseSha256).toBe(sha256(text));
  });

  it("fills the content to the size asked for", async () => {
    const simulator = await startForTest({ responseBytes: 50 });
    const { choices } = (await (await post(simulator)).json()) as {
      choices: { message: { content: string } }[];
    };
    expect(choices[0]?.message.content).toBe("echo: hello".padEnd(50, "x"));
  });

  it.each([
    [{ messages: undefined }, 'Input required: specify "prompt" or "messages"'],
    [{ model: undefined }, "No models provided"],
    [{ model: "no/such" }, "no/such is not a valid model ID"],
  ])("refuses %j", async (body, message) => {
    const simulator = await startForTest({ strictModels: true });
    const response = await post(simulator, body);
    expect(response.status).toBe(400);
    expect(await readError(response)).toMatchObject({
      error: { message, code: 400 },
    });
  });

  it("refuses a body that is no JSON", async () => {
    const simulator = await startForTest();
    const response = await fetch(`${simulator.url}/chat/completions`, {
      method: "POST",
      headers: { Authorization: `Bearer ${KEY}` },
      body: "{nope",
    });
    expect(response.status).toBe(400);
  });

  it("falls back over the models given", async () => {
    const simulator = await startForTest({
      models: { [MODEL]: { fault: { kind: "503" } } },
    });
    const models = ["qwen/qwen3-coder:free"];
    const answer = await (await post(simulator, { models })).json();
    expect(answer).toMatchObject({ model: "qwen/qwen3-coder:free" });
    expect((await post(simulator)).status).toBe(503);
  });
});

describe("the other endpoints", () => {
  it("list models without a key, free and paid, and those of the settings", async () => {
    const models = { "acme/tiny:free": {} };
    const simulator = await startForTest({ models });
    const response = await get(simulator, "/models", null);
    const { data } = (await response.json()) as {
      data: { id: string; pricing: { prompt: string } }[];
    };
    const free = data.filter(({ pricing }) => pricing.prompt === "0");
    expect(free.map(({ id }) => id)).toContain(MODEL);
    expect(free.map(({ id }) => id)).toContain("acme/tiny:free");
    expect(free.length).toBeLessThan(data.length);
    expect(data[1]).toEqual({
      id: MODEL,
      canonical_slug: "google/gemma-4-31b-it",
      hugging_face_id: null,
      name: expect.any(String),
      created: expect.any(Number),
      description: expect.any(String),
      context_length: 262_144,
      architecture: expect.objectContaining({ modality: "text->text" }),
      pricing: expect.objectContaining({ prompt: "0", completion: "0" }),
      top_provider: expect.objectContaining({ context_length: 262_144 }),
      per_request_limits: null,
      supported_parameters: expect.arrayContaining(["tools"]),
      default_parameters: {},
      supported_voices: null,
      expiration_date: null,
      links: { details: `/api/v1/models/${MODEL}/endpoints` },
    });
  });

  it("describe a key", async () => {
    const simulator = await startForTest({
      keys: { [OTHER_KEY]: { fault: { kind: "403-key-limit" } } },
    });
    await post(simulator);
    expect(await (await get(simulator, "/key")).json()).toEqual({
      data: {
        label: "sk-or-v1-fir...rst",
        creator_user_id: "user_first",
        organization_id: null,
        is_free_tier: true,
        free_model_daily_requests: { limit: 200, remaining: 199, used: 1 },
        limit: null,
        limit_remaining: null,
        limit_reset: null,
        usage: 0,
        usage_daily: 0,
        expires_at: null,
        rate_limit: {
          requests: -1,
          interval: "10s",
          note: "This field is deprecated and safe to ignore.",
        },
      },
    });
    const spent = await get(simulator, "/key", OTHER_KEY);
    expect(await spent.json()).toMatchObject({
      data: { limit: 100, limit_remaining: 0 },
    });
    expect((await simulator.summary()).worstWindow).toEqual({ first: 1 });
  });

  it("know a generation by its id", async () => {
    const simulator = await startForTest();
    const answer = await post(simulator);
    const id = answer.headers.get("x-generation-id") ?? "";
    const found = await get(simulator, `/generation?id=${id}`);
    const missing = await get(simulator, "/generation?id=gen-1-2");
    expect(await found.json()).toMatchObject({
      data: { id, model: MODEL, streamed: false, cancelled: false },
    });
    expect(missing.status).toBe(404);
  });

  it("are not found, in JSON, where there are none", async () => {
    const simulator = await startForTest();
    for (const path of ["/nope", "/chat/completions"]) {
      const response = await get(simulator, path);
      expect(response.status).toBe(404);
      expect(await response.text()).toBe(
        '{"error":{"message":"Not Found","code":404}}',
      );
    }
  });
});

describe("the log", () => {
  it("tells who sent what", async () => {
    const simulator = await startForTest();
    const long = "a".repeat(300);
    const body = {
      model: MODEL,
      messages: [
        { role: "system", content: "be brief" },
        { role: "user", content: long },
      ],
      metadata: { marker: "m-1" },
    };
    const headers = {
      "HTTP-Referer": "http://localhost:3000",
      "X-OpenRouter-Title": "Pool",
    };
    await post(simulator, body, { headers });
    await post(simulator, { user: "m-2", ...body });
    const [call] = await simulator.calls();
    expect(call).toMatchObject({
      n: 1,
      at: expect.any(Number),
      method: "POST",
      path: "/chat/completions",
      key: KEY,
      account: "first",
      model: MODEL,
      status: 200,
      kind: "ok",
      free: true,
      counted: true,
      finishedAt: expect.any(Number),
      abortedAt: null,
      bodySha256: sha256(JSON.stringify(body)),
      userHeader: {
        "http-referer": "http://localhost:3000",
        "x-openrouter-title": "Pool",
      },
      marker: "m-1",
      prompt: "a".repeat(200),
    });
    expect(await simulator.calls({ marker: "m-2" })).toHaveLength(1);
  });

  it("can be read in part", async () => {
    const simulator = await startForTest();
    for (const model of ["a/a:free", "b/b:free", "a/a:free", "a/a:free"]) {
      await post(simulator, { model });
    }
    const numbers = async (filter: Parameters<typeof simulator.calls>[0]) =>
      (await simulator.calls(filter)).map(({ n }) => n);
    expect(await numbers({ since: 2 })).toEqual([3, 4]);
    expect(await numbers({ limit: 2 })).toEqual([1, 2]);
    expect(await numbers({ model: "a/a:free", since: 1 })).toEqual([3, 4]);
    expect(await numbers({ kind: "500" })).toEqual([]);
  });
});
