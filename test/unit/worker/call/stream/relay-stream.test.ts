import { expect, test } from "vitest";
import type { UpstreamStream } from "../../../../../apps/worker/src/answer/outcome.ts";
import { relayStream } from "../../../../../apps/worker/src/call/stream/relay-stream.ts";
import {
  ReplyStream,
  type SendChunk,
} from "../../../../../apps/worker/src/call/stream/reply-stream.ts";

const start = {
  kind: "stream-start",
  workerId: "worker",
  headers: {},
  queueMs: 1,
  upstreamMs: 2,
  calls: 1,
} as const;
const comment = ": OPENROUTER PROCESSING\n\n";
const content = `data: {"choices":[{"delta":{"content":"Hello"}}]}\n\n`;
const error = `data: {"error":{"code":502,"message":"down"}}\n\n`;

/** A stream of these chunks that knows whether it was released. */
function streamOf(...texts: string[]) {
  const state = { isReleased: false };
  async function* read() {
    try {
      for (const text of texts) yield Buffer.from(text);
    } finally {
      state.isReleased = true;
    }
  }
  const stream: UpstreamStream = {
    headers: {},
    chunks: read(),
    accept: () => undefined,
  };
  return { stream, state };
}

function relay(stream: UpstreamStream, send: SendChunk) {
  const replies = new ReplyStream({
    call: 1,
    send,
    waitForTaken: async () => undefined,
  });
  return relayStream(stream, replies, start);
}

test("the start goes out right before the first content, with the comments in front of it", async () => {
  const { stream } = streamOf(comment, comment, content, "data: [DONE]\n\n");
  const sent: Parameters<SendChunk>[0][] = [];
  const result = await relay(stream, async (chunk) => void sent.push(chunk));
  expect(result.kind).toBe("relayed");
  expect(sent[0]?.kind).toBe("stream-start");
  expect(sent[1]).toMatchObject({
    kind: "stream-data",
    isBeginning: true,
    sequence: 1,
  });
  const bodies = sent.flatMap((chunk) => ("body" in chunk ? [chunk.body] : []));
  expect(Buffer.concat(bodies).toString()).toBe(
    `${comment}${comment}${content}data: [DONE]\n\n`,
  );
});

test("nothing goes out when the stream is refused inside", async () => {
  const { stream, state } = streamOf(comment, error);
  const sent: unknown[] = [];
  const result = await relay(stream, async (chunk) => void sent.push(chunk));
  expect(result.kind).toBe("answer");
  expect(sent).toEqual([]);
  expect(state.isReleased).toBe(true);
});

test("comments without end are not gathered without end", async () => {
  const many = Array.from({ length: 2_000 }, () => comment);
  const { stream } = streamOf(...many, content, "data: [DONE]\n\n");
  let bytes = 0;
  await relay(stream, async (chunk) => {
    if ("body" in chunk) bytes += chunk.body.length;
  });
  expect(bytes).toBeLessThan(20_000);
});

test.for(["stream-start", "stream-data"] as const)(
  "a reply channel that fails at the %s releases the connection to OpenRouter at once",
  async (failing) => {
    const { stream, state } = streamOf(content, "data: [DONE]\n\n");
    const relaying = relay(stream, async ({ kind }) => {
      if (kind === failing) throw new Error("Redis is away");
    });
    await expect(relaying).rejects.toThrow("Redis is away");
    expect(state.isReleased).toBe(true);
  },
);
