import type { StreamStartReply } from "@openrouter-free-pool/shared/replies/reply";
import {
  BrokenStreamError,
  type CallOutcome,
  type NoAnswer,
  type UpstreamStream,
} from "../openrouter/client.ts";
import { toWholeEvents } from "./event-boundary.ts";
import { readOpening } from "./read-opening.ts";
import type { ReplyStream } from "./reply-stream.ts";
import { ReaderStalledError } from "./stream-credits.ts";

/** What became of a stream. */
export type Relayed =
  | { readonly kind: "relayed" }
  /** It broke off after its first event: nothing may be called again. */
  | { readonly kind: "broken"; readonly failure: NoAnswer }
  /** It never really began, and counts like a plain answer. */
  | CallOutcome;

/** Passes OpenRouter's events on, byte for byte; the first one decides whether the call counts. */
export async function relayStream(
  stream: UpstreamStream,
  replies: ReplyStream,
  start: Omit<StreamStartReply, "call" | "sequence">,
): Promise<Relayed> {
  const chunks = stream.chunks[Symbol.asyncIterator]();
  try {
    await replies.start(start);
    const opening = await readOpening(chunks, (bytes) => replies.write(bytes));
    if (opening.kind !== "event") {
      const body = opening.kind === "error" ? opening.body : Buffer.alloc(0);
      await replies.flush();
      return toAnswer(stream, body);
    }
    await replies.begin(opening.bytes);
    return await relayRest(chunks, replies);
  } catch (error) {
    const failure = toFailure(error);
    if (replies.hasBegun) return { kind: "broken", failure };
    return { kind: "no-answer", failure };
  } finally {
    await chunks.return?.(undefined);
  }
}

async function relayRest(
  chunks: AsyncIterator<Buffer>,
  replies: ReplyStream,
): Promise<Relayed> {
  const rest = { [Symbol.asyncIterator]: () => chunks };
  for await (const bytes of toWholeEvents(rest)) await replies.write(bytes);
  await replies.end();
  return { kind: "relayed" };
}

function toAnswer(stream: UpstreamStream, body: Buffer): CallOutcome {
  const headers = { ...stream.headers, "content-type": "application/json" };
  return { kind: "answer", answer: { status: 200, headers, body } };
}

function toFailure(error: unknown): NoAnswer {
  if (error instanceof BrokenStreamError) return error.failure;
  if (error instanceof ReaderStalledError) {
    return { reason: "reader-stalled", message: error.message };
  }
  throw error;
}
