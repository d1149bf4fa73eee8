import { describe, expect, it } from "vitest";
import {
  get,
  MODEL,
  PROVIDER,
  parseEvents,
  post,
  sha256,
  startForTest,
  until,
} from "../harness.ts";

const STREAM = { stream: true };

function chunkOf(id: string | null, delta: object, reason: string | null) {
  return {
    id,
    provider: PROVIDER,
    model: MODEL,
    object: "chat.completion.chunk",
    created: Number(id?.split("-")[1]),
    choices: [
      {
        index: 0,
        delta: { role: "assistant", ...delta },
        finish_reason: reason,
        native_finish_reason: reason,
        logprobs: null,
      },
    ],
  };
}

describe("a stream of chat completions", () => {
  it("has OpenRouter's headers, comments, chunks, usage and end", async () => {
    const simulator = await startForTest({ chunks: 2 });
    const response = await post(simulator, STREAM);
    const text = await response.text();
    const id = response.headers.get("x-generation-id");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(id).toMatch(/^gen-\d{10}-[0-9a-z]{20}$/);
    expect(text).not.toContain("\r");
    expect(text.startsWith(": OPENROUTER PROCESSING\n\ndata: {")).toBe(true);
    expect(text.endsWith("}\n\ndata: [DONE]\n\n")).toBe(true);
    expect(parseEvents(text)).toEqual([
      chunkOf(id, { content: "" }, null),
      chunkOf(id, { content: "tok0 " }, null),
      chunkOf(id, { content: "tok1 " }, null),
      chunkOf(id, { content: "" }, "stop"),
      {
        ...chunkOf(id, { content: "" }, null),
        usage: expect.objectContaining({ total_tokens: expect.any(Number) }),
      },
      "[DONE]",
    ]);
    const [call] = await simulator.calls();
    expect(call).toMatchObject({
      stream: true,
      generationId: id,
      responseSha256: sha256(text),
      responseBytes: Buffer.byteLength(text),
    });
  });

  it("echoes the prompt in pieces unless told otherwise", async () => {
    const simulator = await startForTest();
    const content = "grüße 👋👋👋 to all";
    const messages = [
      { role: "user", content: [{ type: "text", text: content }] },
    ];
    const response = await post(simulator, { ...STREAM, messages });
    const pieces = Array.from(
      (await response.text()).matchAll(/"content":("[^"]*")/g),
      ([, piece = ""]) => JSON.parse(piece) as string,
    ).filter((piece) => piece !== "");
    expect(pieces).toHaveLength(4);
    expect(pieces.join("")).toBe(`echo: ${content}`);
  });

  it("fills content events to the size asked for", async () => {
    const simulator = await startForTest({ chunks: 1, chunkBytes: 100 });
    const text = await (await post(simulator, STREAM)).text();
    expect(text).toContain(`"content":"tok0${"x".repeat(95)} "`);
  });

  it("keeps the pace that the settings set", async () => {
    const simulator = await startForTest({
      latencyMs: 100,
      firstTokenMs: 100,
      interChunkMs: 50,
      chunks: 4,
    });
    const startedAt = performance.now();
    const response = await post(simulator, STREAM);
    const headersAfter = performance.now() - startedAt;
    await response.text();
    const elapsed = performance.now() - startedAt;
    expect(headersAfter).toBeGreaterThan(95);
    expect(elapsed).toBeGreaterThan(380);
  });

  it("comments every second while the first token is awaited", async () => {
    const simulator = await startForTest({ firstTokenMs: 1_100, chunks: 1 });
    const text = await (await post(simulator, STREAM)).text();
    expect(text.match(/: OPENROUTER PROCESSING\n\n/g)).toHaveLength(2);
  });

  it("waits for a client that does not read", async () => {
    const chunks = { chunks: 400, chunkBytes: 100_000 };
    const simulator = await startForTest(chunks);
    const response = await post(simulator, STREAM);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const [waiting] = await simulator.calls();
    expect(waiting?.finishedAt).toBeNull();
    expect(waiting?.responseBytes).toBeLessThan(20_000_000);
    const text = await response.text();
    expect(text.length).toBeGreaterThan(40_000_000);
    const done = await until(async () =>
      (await simulator.calls()).find(({ finishedAt }) => finishedAt !== null),
    );
    expect(done.responseSha256).toBe(sha256(text));
  });
});

describe("a client that hangs up", () => {
  it("stops the stream, which is written down with what was sent", async () => {
    const simulator = await startForTest({ interChunkMs: 30, chunks: 1_000 });
    const aborter = new AbortController();
    const response = await post(simulator, STREAM, { signal: aborter.signal });
    await response.body?.getReader().read();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const abortedAt = Date.now();
    aborter.abort();
    const call = await until(async () =>
      (await simulator.calls()).find((found) => found.abortedAt !== null),
    );
    expect(call.abortedAt).toBeGreaterThanOrEqual(abortedAt - 1);
    expect(call.abortedAt).toBeLessThan(abortedAt + 10_000);
    expect(call.finishedAt).not.toBeNull();
    expect(call.responseSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(call.responseBytes).toBeLessThan(150_000);
    const summary = await simulator.summary();
    expect(summary).toMatchObject({ aborted: 1, inFlight: 0, maxInFlight: 1 });
    const id = call.generationId;
    const generation = await get(simulator, `/generation?id=${id}`);
    expect(await generation.json()).toMatchObject({
      data: { cancelled: true },
    });
  });

  it("is noticed while a plain answer is awaited", async () => {
    const simulator = await startForTest({ latencyMs: 60_000 });
    const aborter = new AbortController();
    const answer = post(simulator, {}, { signal: aborter.signal });
    const outcome = expect(answer).rejects.toThrow();
    await until(async () => (await simulator.calls())[0]);
    expect((await simulator.summary()).inFlight).toBe(1);
    aborter.abort();
    await outcome;
    const call = await until(async () =>
      (await simulator.calls()).find((found) => found.abortedAt !== null),
    );
    expect(call).toMatchObject({ status: null, kind: "ok", counted: true });
  });
});
