import type { StreamStartReply } from "@openrouter-free-pool/shared/replies/reply";
import type { StreamResult } from "../../answer/call-result.ts";
import {
  BrokenStreamError,
  type CallOutcome,
  type NoAnswer,
  type UpstreamStream,
} from "../../answer/outcome.ts";
import { toWholeEvents } from "./event-boundary.ts";
import { HeldComments } from "./held-comments.ts";
import { readOpening } from "./read-opening.ts";
import type { ReplyStream } from "./reply-stream.ts";
import { ReaderStalledError } from "./stream-credits.ts";

/**
 * Passes OpenRouter's events on, byte for byte. Nothing is sent before the first content is
 * accepted: until then the request can be called again, and its gateway keeps its deadline
 * and its keep-alive. Comments in front of it are held, and go out with it.
 *
 * @param onContent called at the first content, with the model that the stream names.
 */
export async function relayStream(
  stream: UpstreamStream,
  replies: ReplyStream,
  start: Omit<StreamStartReply, "call" | "sequence">,
  onContent: (model: string | undefined) => void = () => undefined,
): Promise<StreamResult> {
  const chunks = stream.chunks[Symbol.asyncIterator]();
  const comments = new HeldComments();
  let named: { model?: string } = {};
  try {
    const opening = await readOpening(chunks, async (bytes) =>
      comments.add(bytes),
    );
    if (opening.kind === "no-content") {
      return toAnswer(stream, opening.body);
    }
    const { model } = opening;
    if (model !== undefined) named = { model };
    stream.accept();
    onContent(model);
    await replies.start(start);
    await replies.begin(Buffer.concat([comments.bytes, opening.bytes]));
    await relayRest(chunks, replies);
    return { kind: "relayed", ...named };
  } catch (error) {
    const failure = toFailure(error);
    if (replies.hasBegun) return { kind: "broken", failure, ...named };
    return { kind: "no-answer", failure };
  } finally {
    // Also when a reply cannot be sent: the connection to OpenRouter is released at once.
    await chunks.return?.(undefined);
  }
}

async function relayRest(
  chunks: AsyncIterator<Buffer>,
  replies: ReplyStream,
): Promise<void> {
  const rest = { [Symbol.asyncIterator]: () => chunks };
  for await (const bytes of toWholeEvents(rest)) await replies.write(bytes);
  await replies.end();
}

function toAnswer(stream: UpstreamStream, body: Buffer): CallOutcome {
  const headers = { ...stream.headers, "content-type": "application/json" };
  return { kind: "answer", answer: { status: 200, headers, body } };
}

function toFailure(error: unknown): NoAnswer {
  if (error instanceof BrokenStreamError) return error.failure;
  if (error instanceof ReaderStalledError) {
    const { message } = error;
    return { reason: "reader-stalled", message, wasSent: true };
  }
  throw error;
}
