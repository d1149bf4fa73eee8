import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type Fault,
  type Simulator,
  startSimulator,
} from "../../../simulator/start-simulator.ts";
import {
  KEY,
  MODEL,
  PROVIDER,
  parseEvents,
  post,
  postWith,
  sha256,
  startForTest,
} from "../harness.ts";

const STREAM = { stream: true };
const OVERLOADED = {
  message: `Upstream error from ${PROVIDER}: Service temporarily overloaded`,
  code: 502,
  metadata: { error_type: "provider_unavailable" },
};

let simulator: Simulator;

beforeAll(async () => {
  const first = { keys: [KEY], perMinute: 1e6, perDay: 1e6 };
  simulator = await startSimulator({ accounts: { first }, chunks: 5 });
});

beforeEach(() => simulator.reset());

afterAll(() => simulator.stop());

async function readUntilBroken(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const part of response.body ?? []) {
      text += decoder.decode(part, { stream: true });
    }
  } catch {
    return text;
  }
  throw new Error("the body came to an end");
}

describe("an error inside a 200", () => {
  it("takes the place of the body", async () => {
    const response = await postWith(simulator, { kind: "embedded-error" });
    const id = response.headers.get("x-generation-id");
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(
      JSON.stringify({ id, error: OVERLOADED }),
    );
  });

  it("has the code and the words that it is given", async () => {
    const response = await postWith(simulator, {
      kind: "embedded-error",
      code: "rate_limit",
      message: "m",
      errorType: "t",
    });
    expect(await response.json()).toMatchObject({
      error: {
        code: "rate_limit",
        message: "m",
        metadata: { error_type: "t" },
      },
    });
  });

  it("can sit in the choice", async () => {
    const fault = { kind: "choice-error", code: 429 } as const;
    const response = await postWith(simulator, fault);
    expect(await response.json()).toMatchObject({
      object: "chat.completion",
      choices: [
        {
          finish_reason: "error",
          error: { ...OVERLOADED, code: 429 },
          message: { content: "" },
        },
      ],
    });
  });

  it("can be nothing but white space", async () => {
    const response = await postWith(simulator, { kind: "whitespace-body" });
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(text).toBe("\n         \n".repeat(4));
  });

  it("can be JSON that stops in the middle", async () => {
    const response = await postWith(simulator, { kind: "truncated-json" });
    const text = await response.text();
    expect(text).toMatch(/^\{"id":"gen-/);
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });
});

describe("an error in a stream", () => {
  it.each(["stream-error", "embedded-error"] as const)(
    "as %s is the first and only event",
    async (kind) => {
      const response = await postWith(simulator, { kind }, STREAM);
      const id = response.headers.get("x-generation-id");
      const text = await response.text();
      expect(response.headers.get("content-type")).toBe("text/event-stream");
      expect(text).not.toContain("[DONE]");
      expect(parseEvents(text)).toEqual([
        {
          id,
          object: "chat.completion.chunk",
          created: expect.any(Number),
          model: MODEL,
          provider: PROVIDER,
          error: OVERLOADED,
          choices: [
            { index: 0, delta: { content: "" }, finish_reason: "error" },
          ],
        },
      ]);
    },
  );

  it("comes after as many events as are asked for", async () => {
    const fault: Fault = { kind: "stream-error", afterEvents: 3, code: "502" };
    const text = await (await postWith(simulator, fault, STREAM)).text();
    const events = parseEvents(text);
    expect(events).toHaveLength(4);
    expect(events[3]).toMatchObject({ error: { code: "502" } });
  });

  it("can be a stream without any event", async () => {
    const fault: Fault = { kind: "empty-stream" };
    const response = await postWith(simulator, fault, STREAM);
    const text = await response.text();
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(text).toBe(": OPENROUTER PROCESSING\n\n");
  });
});

describe("a connection that breaks", () => {
  it("before the headers", async () => {
    const answer = postWith(simulator, { kind: "drop-before-headers" });
    await expect(answer).rejects.toThrow("fetch failed");
    const [call] = await simulator.calls();
    expect(call).toMatchObject({
      kind: "drop-before-headers",
      status: null,
      abortedAt: null,
      finishedAt: expect.any(Number),
    });
  });

  it("in the middle of a body whose length was promised", async () => {
    const response = await postWith(simulator, { kind: "drop-mid-body" });
    const text = await readUntilBroken(response);
    const promised = Number(response.headers.get("content-length"));
    expect(response.status).toBe(200);
    expect(text).toHaveLength(Math.floor(promised / 2));
    const [call] = await simulator.calls();
    expect(call).toMatchObject({
      responseSha256: sha256(text),
      abortedAt: null,
    });
  });

  it("in the middle of a stream", async () => {
    const fault: Fault = { kind: "drop-mid-stream", afterEvents: 3 };
    const response = await postWith(simulator, fault, STREAM);
    const text = await readUntilBroken(response);
    expect(parseEvents(text)).toHaveLength(3);
    const [call] = await simulator.calls();
    expect(call).toMatchObject({
      responseSha256: sha256(text),
      abortedAt: null,
    });
  });

  it("never answers", async () => {
    await simulator.script([{ fault: { kind: "hang-before-headers" } }]);
    const signal = AbortSignal.timeout(1_000);
    await expect(post(simulator, {}, { signal })).rejects.toThrow();
    await expect
      .poll(async () => (await simulator.calls())[0]?.abortedAt)
      .toEqual(expect.any(Number));
  });

  it("falls silent in the middle of a stream", async () => {
    await simulator.script([
      { fault: { kind: "hang-mid-stream", afterEvents: 2 } },
    ]);
    const signal = AbortSignal.timeout(1_000);
    const response = await post(simulator, STREAM, { signal });
    expect(parseEvents(await readUntilBroken(response))).toHaveLength(2);
  });
});

describe("an answer that is hard to swallow", () => {
  it("is late by the time given", async () => {
    const startedAt = performance.now();
    const fault: Fault = { kind: "slow", extraMs: 150 };
    const response = await postWith(simulator, fault);
    expect(response.status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThan(145);
  });

  it("is as large as asked for, in one piece", async () => {
    const bytes = 5_000_000;
    const response = await postWith(simulator, { kind: "large-body", bytes });
    const text = await response.text();
    expect(JSON.parse(text).choices[0].message.content).toHaveLength(bytes);
    const [call] = await simulator.calls();
    expect(call?.responseSha256).toBe(sha256(text));
  });

  it("is as large as asked for, streamed", async () => {
    const fault: Fault = { kind: "large-body", bytes: 1_000_000 };
    const text = await (await postWith(simulator, fault, STREAM)).text();
    expect(text.length).toBeGreaterThan(1_000_000);
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
  });
});

describe("white space ahead of the answer", () => {
  it("is sent in steps while the latency passes", async () => {
    const settings = { paddingWhitespace: true, latencyMs: 200 };
    const padded = await startForTest(settings);
    const startedAt = performance.now();
    const response = await post(padded);
    const headersAt = performance.now();
    const text = await response.text();
    expect(performance.now() - startedAt).toBeGreaterThan(190);
    expect(performance.now() - headersAt).toBeGreaterThan(100);
    expect(text.startsWith("\n         \n\n         \n")).toBe(true);
    expect(JSON.parse(text)).toMatchObject({ object: "chat.completion" });
    const [call] = await padded.calls();
    expect(call?.responseSha256).toBe(sha256(text));
    const failed = await postWith(padded, { kind: "embedded-error" });
    const inside = await failed.text();
    expect(inside).toMatch(/^\s+\{"id":"gen-/);
  });
});
