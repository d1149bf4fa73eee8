import { z } from "zod";
import { parseJson } from "../json/parse-json.ts";

// Each message between worker and gateway has one schema: types come from it, and what
// arrives is checked by it. Fields that are not named here are ignored, so that processes
// of different versions understand each other during an upgrade.

/** How a request fared. Durations in ms. */
const figures = {
  queueMs: z.number(),
  upstreamMs: z.number(),
  /** Calls made to OpenRouter for the request, refused ones included. */
  calls: z.number(),
  /** The model that was called last; absent when none was. */
  calledModel: z.string().exactOptional(),
  /** Mask of the key that was called with last; for operators only. */
  key: z.string().exactOptional(),
};

/** Tokens that the answer took, where OpenRouter says so. */
const tokens = z
  .object({ prompt: z.number(), completion: z.number() })
  .exactOptional();

/** What went wrong, in the words of whoever says so, without anything of the request. */
const errorText = z.string().exactOptional();

/** Which message of which call's stream it is. */
const position = {
  /** 1-based number of the call; a later call replaces an earlier one. */
  call: z.number(),
  /** Counts the messages of one call's stream from 0. */
  sequence: z.number(),
};

/** Header names are in lower case. */
const headers = z.record(z.string(), z.string());

const failureCodes = [
  "waited-out",
  "keys-rate-limited",
  "no-usable-key",
  "worker-crashed",
  /** Redis holds the request's body no more. */
  "body-lost",
  /** By an operator. */
  "removed",
  /** OpenRouter serves none of the request's models any more. */
  "model-gone",
] as const;

const answer = z.object({
  kind: z.literal("answer"),
  status: z.number(),
  headers,
  tokens,
  errorText,
  ...figures,
});
const failure = z.object({
  kind: z.literal("failure"),
  /** What a newer worker says instead is the worker's failure, too. */
  code: z.enum(failureCodes).catch("worker-crashed"),
  /** When it is worth another try, in ms from now. */
  retryAfterMs: z.number().exactOptional(),
  ...figures,
});
const orphaned = z.object({ kind: z.literal("orphaned") });
const streamStart = z.object({
  kind: z.literal("stream-start"),
  workerId: z.string(),
  headers,
  ...position,
  ...figures,
});
const streamData = z.object({
  kind: z.literal("stream-data"),
  /** From here on the call counts, and is not made again. */
  isBeginning: z.boolean().exactOptional(),
  ...position,
});
const streamEnd = z.object({
  kind: z.literal("stream-end"),
  tokens,
  ...position,
});
const streamBroken = z.object({
  kind: z.literal("stream-broken"),
  /** The status that says best what happened, such as 502. */
  status: z.number(),
  message: z.string(),
  errorText,
  call: z.number().exactOptional(),
  sequence: z.number().exactOptional(),
});

const headSchema = z.discriminatedUnion("kind", [
  answer,
  failure,
  orphaned,
  streamStart,
  streamData,
  streamEnd,
  streamBroken,
]);

type Head = Readonly<z.output<typeof headSchema>>;
type HeadOf<Kind extends Head["kind"]> = Readonly<
  Extract<Head, { kind: Kind }>
>;

/** See {@link figures}. */
export type ReplyFigures = Readonly<z.output<z.ZodObject<typeof figures>>>;

/** See {@link position}. */
export type StreamPosition = Readonly<z.output<z.ZodObject<typeof position>>>;

/** An answer of OpenRouter, as it goes back to the client. */
export type AnswerReply = HeadOf<"answer"> & { readonly body: Buffer };

/** The worker could not get an answer; the gateway makes the error body. */
export type FailureReply = HeadOf<"failure">;

/** The worker took the gateway for dead and dropped the job. */
export type OrphanedReply = HeadOf<"orphaned">;

/** OpenRouter has begun to stream. */
export type StreamStartReply = HeadOf<"stream-start">;

/** Some whole events (or a part of a very long one), byte for byte. */
export type StreamDataReply = HeadOf<"stream-data"> & {
  readonly body: Buffer;
};

/** The stream has come to its own end. */
export type StreamEndReply = HeadOf<"stream-end">;

/** The stream broke off after its first event. */
type StreamBrokenReply = HeadOf<"stream-broken">;

/** Replies that come before the last one of a request. */
export type StreamChunkReply = StreamStartReply | StreamDataReply;

/** Replies after which nothing comes for a request. */
export type FinalReply =
  | AnswerReply
  | FailureReply
  | StreamEndReply
  | StreamBrokenReply;

/** What a worker says about a job. */
export type Reply = FinalReply | StreamChunkReply | OrphanedReply;

/** A message that this version does not understand; it is ignored. */
export type UnknownReply = {
  readonly kind: "unknown";
  /** The kind that the message names, shortened, or what is wrong with it. */
  readonly name: string;
};

const longestName = 60;

/** Splits a reply into a JSON head and the raw bytes of the body. */
export function encodeReply(reply: Reply): { head: string; body: Buffer } {
  if (!("body" in reply)) {
    return { head: JSON.stringify(reply), body: Buffer.alloc(0) };
  }
  const { body, ...head } = reply;
  return { head: JSON.stringify(head), body };
}

/** The reverse of {@link encodeReply}. It never throws. */
export function decodeReply(head: string, body: Buffer): Reply | UnknownReply {
  const given = parseJson(head);
  const parsed = headSchema.safeParse(given);
  if (!parsed.success) return { kind: "unknown", name: nameOf(given) };
  const reply = parsed.data;
  return reply.kind === "answer" || reply.kind === "stream-data"
    ? { ...reply, body }
    : reply;
}

/** Whether nothing follows a reply. */
export function isFinal(reply: Reply | UnknownReply): reply is FinalReply {
  switch (reply.kind) {
    case "answer":
    case "failure":
    case "stream-end":
    case "stream-broken":
      return true;
    default:
      return false;
  }
}

function nameOf(head: unknown): string {
  const isNamed = typeof head === "object" && head !== null && "kind" in head;
  return isNamed ? String(head.kind).slice(0, longestName) : "not JSON";
}
