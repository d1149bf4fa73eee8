import {
  findEventError,
  parseEvent,
  readEventData,
} from "../../answer/event-text.ts";
import { findFirstBoundary } from "./event-boundary.ts";
import { StreamContent } from "./stream-content.ts";

/** An event that is longer than this counts as content. */
const longestEventBytes = 1024 * 1024;
/** After so much without content the stream is passed on as it is. */
const mostHeldBytes = 256 * 1024;

/** What a stream begins with. */
type Opening =
  /**
   * Content; `bytes` are all events up to it, and what came with it; `model` is the one that the first event with a
   * model names.
   */
  | {
      readonly kind: "content";
      readonly bytes: Buffer;
      readonly model?: string;
    }
  /** The stream ended or failed before any content; `body` is classified instead. */
  | { readonly kind: "no-content"; readonly body: Buffer };

/**
 * Reads up to the first content, which decides whether the call counts. Events without content (a
 * role, pings, empty deltas) are held until then, so that a call that fails after them can be made
 * again.
 *
 * @param onComments gets each whole comment at once: comments keep the client's connection alive.
 */
export async function readOpening(
  chunks: AsyncIterator<Buffer>,
  onComments: (bytes: Buffer) => Promise<void>,
): Promise<Opening> {
  const held: Buffer[] = [];
  let heldBytes = 0;
  let bytes: Buffer = Buffer.alloc(0);
  const content = new StreamContent();
  for (;;) {
    const end = findFirstBoundary(bytes);
    if (end === 0 && bytes.length <= longestEventBytes) {
      const { value, done } = await chunks.next();
      if (done) return readLastBytes(held, bytes, content);
      bytes = bytes.length === 0 ? value : Buffer.concat([bytes, value]);
      continue;
    }
    if (end === 0) return begin(content, held, bytes);
    const block = bytes.subarray(0, end);
    const data = readEventData(block.toString());
    if (data === undefined && isComment(block)) {
      await onComments(block);
      bytes = bytes.subarray(end);
      continue;
    }
    const opening = accept(data ?? "", content, held, bytes);
    if (opening) return opening;
    heldBytes += end;
    if (heldBytes > mostHeldBytes) return begin(content, held, bytes);
    held.push(block);
    bytes = bytes.subarray(end);
  }
}

/** Decides by one event; undefined when it is inconclusive. */
function accept(
  data: string,
  content: StreamContent,
  held: readonly Buffer[],
  bytes: Buffer,
): Opening | undefined {
  const event = parseEvent(data);
  const error = findEventError(event);
  if (error !== undefined) {
    return { kind: "no-content", body: Buffer.from(JSON.stringify({ error })) };
  }
  return content.accepts(data, event) ? begin(content, held, bytes) : undefined;
}

function begin(
  { model }: StreamContent,
  held: readonly Buffer[],
  bytes: Buffer,
): Opening {
  return {
    kind: "content",
    bytes: Buffer.concat([...held, bytes]),
    ...(model === undefined ? {} : { model }),
  };
}

/** The stream has ended: the rest is an event without its blank line, or no event at all. */
function readLastBytes(
  held: readonly Buffer[],
  bytes: Buffer,
  content: StreamContent,
): Opening {
  const data = readEventData(bytes.toString());
  const opening =
    data === undefined ? undefined : accept(data, content, held, bytes);
  if (opening) return opening;
  // JSON that is labelled as a stream is still an answer or an error.
  const isJson = held.length === 0 && data === undefined;
  return { kind: "no-content", body: isJson ? bytes : Buffer.alloc(0) };
}

/** Whether a block has only blank lines and lines that begin with a colon; JSON never does. */
function isComment(block: Buffer): boolean {
  return /^(:[^\n]*|\s*|(event|id|retry):[^\n]*)$/.test(
    block.toString().trim().split("\n").at(0) ?? "",
  );
}
