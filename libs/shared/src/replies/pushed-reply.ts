import type { StoredReply } from "./read-replies.ts";
import { decodeReply } from "./reply.ts";

/** The message to a gateway when a reply is put on its stream. */
export type PushedReply = {
  /** Id of the stream's entry. */
  readonly id: string;
  /** Absent when the reply is too long to be pushed: read it from the stream. */
  readonly stored: StoredReply | undefined;
};

/** Longer replies are not pushed: Redis disconnects a subscriber with too much pending output. */
export const longestPushBytes = 32 * 1024;

const blank = 0x20;

/** Parses `id`, or `id jobId headLength head` and the bytes of the body, as `send-reply.lua` writes them. */
export function parsePushedReply(message: Buffer): PushedReply {
  const idEnd = message.indexOf(blank);
  if (idEnd < 0) return { id: message.toString(), stored: undefined };

  const jobIdEnd = message.indexOf(blank, idEnd + 1);
  const lengthEnd = message.indexOf(blank, jobIdEnd + 1);
  const id = message.toString("latin1", 0, idEnd);
  const jobId = message.toString("latin1", idEnd + 1, jobIdEnd);
  const length = Number(message.toString("latin1", jobIdEnd + 1, lengthEnd));
  const headStart = lengthEnd + 1;
  const head = message.toString("utf8", headStart, headStart + length);
  const body = message.subarray(headStart + length);
  return { id, stored: { id, jobId, reply: decodeReply(head, body) } };
}
