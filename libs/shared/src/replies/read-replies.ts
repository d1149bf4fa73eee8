import type { Redis } from "ioredis";
import { decodeReply, type Reply, type UnknownReply } from "./reply.ts";

/** A reply as it is stored on a stream. */
export type StoredReply = {
  /** Id of the stream's entry. */
  readonly id: string;
  readonly jobId: string;
  readonly reply: Reply | UnknownReply;
};

/** An id before the first entry of any stream. */
export const beforeAllReplies = "0-0";

/** Reads the replies after an entry, without waiting and without removing them. */
export async function readReplies(
  redis: Redis,
  streamKey: string,
  options: { after: string; count: number },
): Promise<StoredReply[]> {
  const entries = (await redis.xrangeBuffer(
    streamKey,
    `(${options.after}`,
    "+",
    "COUNT",
    options.count,
  )) as [id: Buffer, fields: Buffer[]][];
  return entries.flatMap(([id, [, jobId, , head, , body]]) =>
    jobId && head && body
      ? [
          {
            id: id.toString(),
            jobId: jobId.toString(),
            reply: decodeReply(head.toString(), body),
          },
        ]
      : [],
  );
}

/** The lowest id that an entry after this one can have. */
export function nextReplyId(id: string): string {
  const [ms, sequence] = id.split("-");
  return `${ms}-${Number(sequence) + 1}`;
}
