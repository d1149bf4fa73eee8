import { createHash } from "node:crypto";
import { type ChatOptions, testModel } from "./chat.ts";

/** What the client of a stream got. */
export type StreamResult = {
  readonly status: number;
  readonly headers: Headers;
  /** Everything, byte for byte. */
  readonly bytes: Buffer;
  /** Times of arrival of each chunk, on this process's monotonic clock (ms). */
  readonly arrivedAt: number[];
  /** Whether the connection came to its own end. */
  readonly isWhole: boolean;
};

/** Asks for a streamed chat completion and reads it to the end. */
export async function streamChat(
  url: string,
  options: ChatOptions & {
    onChunk?: (chunk: Buffer) => void | Promise<void>;
  } = {},
): Promise<StreamResult> {
  const response = await fetch(`${url}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...options.headers },
    body: JSON.stringify({
      model: options.model ?? testModel,
      stream: true,
      messages: [{ role: "user", content: options.content ?? "Hello" }],
      ...(options.marker ? { user: options.marker } : {}),
      ...options.extra,
    }),
    signal: options.signal ?? null,
  });
  const chunks: Buffer[] = [];
  const arrivedAt: number[] = [];
  let isWhole = true;
  try {
    for await (const chunk of response.body ?? []) {
      arrivedAt.push(performance.now());
      chunks.push(Buffer.from(chunk));
      await options.onChunk?.(Buffer.from(chunk));
    }
  } catch {
    isWhole = false;
  }
  const { status, headers } = response;
  return { status, headers, bytes: Buffer.concat(chunks), arrivedAt, isWhole };
}

/** The gateway's own comments, which come before OpenRouter's first byte. */
export function withoutQueueComments(bytes: Buffer): Buffer {
  const text = bytes.toString("latin1");
  return Buffer.from(
    text.replace(/^(: queued position=\d+\n\n)+/, ""),
    "latin1",
  );
}

export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
