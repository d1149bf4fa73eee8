import { withoutMark } from "@openrouter-free-pool/shared/text/byte-order-mark";
import { looksLikeEvents } from "../../answer/event-text.ts";
import {
  type AnswerMemory,
  type Reservation,
  smallAnswerBytes,
} from "./answer-memory.ts";

/** Larger than any real answer; it bounds the memory that a misbehaving upstream can fill. */
const largestAnswerBytes = 64 * 1024 * 1024;
/** Enough to tell events from JSON. */
const tellingBytes = 8;
/** Keep-alive white space in front of an answer is skipped up to this size. */
const mostBlankBytes = 64 * 1024;

/** The body is larger than any real answer. */
export class AnswerTooLargeError extends Error {
  override name = "AnswerTooLargeError";
}

/** The memory for the answer was not available before its deadline. */
export class NoRoomError extends Error {
  override name = "NoRoomError";
}

/** A complete body, and the memory reserved for it where it is large. */
type WholeBody = {
  readonly body: Buffer;
  readonly reservation: Reservation | undefined;
};

/**
 * Reads a body to its end. A large one waits for memory first.
 *
 * @param statedBytes the announced length, where it is known.
 * @throws {AnswerTooLargeError}
 * @throws {NoRoomError} when the signal aborts while it waits.
 */
export async function readWhole(
  chunks: AsyncIterable<Buffer>,
  room: {
    memory: AnswerMemory;
    signal: AbortSignal;
    statedBytes: number | undefined;
  },
): Promise<WholeBody> {
  const gathered: Buffer[] = [];
  let bytes = 0;
  let reservation: Reservation | undefined;
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > largestAnswerBytes) throw new AnswerTooLargeError();
      gathered.push(chunk);
      if (bytes <= smallAnswerBytes || reservation) continue;
      const { memory, signal, statedBytes = largestAnswerBytes } = room;
      const wanted = Math.min(Math.max(statedBytes, bytes), largestAnswerBytes);
      reservation = await memory.reserve(wanted, signal).catch((cause) => {
        throw new NoRoomError("no room", { cause });
      });
    }
    const [only] = gathered;
    const body =
      only && gathered.length === 1 ? only : Buffer.concat(gathered, bytes);
    return { body, reservation };
  } catch (error) {
    reservation?.release();
    throw error;
  }
}

/** Reads just enough of a body to tell whether it is events; `chunks` is all of it. */
export async function peekForEvents(
  body: AsyncIterable<Buffer>,
): Promise<{ isEvents: boolean; chunks: AsyncIterable<Buffer> }> {
  const rest = body[Symbol.asyncIterator]();
  const gathered: Buffer[] = [];
  let head = Buffer.alloc(0);
  while (skipBlanks(head).length < tellingBytes) {
    const { value, done } = await rest.next();
    if (done) break;
    gathered.push(value);
    head = Buffer.concat([head, value]);
    if (head.length > mostBlankBytes) break;
  }
  async function* chunks(): AsyncGenerator<Buffer, void> {
    yield* gathered;
    yield* { [Symbol.asyncIterator]: () => rest };
  }
  return { isEvents: looksLikeEvents(skipBlanks(head)), chunks: chunks() };
}

function skipBlanks(bytes: Buffer): Buffer {
  const text = withoutMark(bytes);
  const start = text.findIndex((byte) => byte > 0x20);
  return start < 0 ? text.subarray(text.length) : text.subarray(start);
}
