import { z } from "zod";
import { parseJson } from "../json/parse-json.ts";

// Each message between worker and gateway has one schema: its type is derived from it, and received
// messages are checked by it. Unknown fields are ignored, so that processes of different versions
// understand each other during an upgrade.

/** Waiting time, call time and number of calls of a request. Durations in ms. */
const figures = {
  queueMs: z.number(),
  upstreamMs: z.number(),
  /** Calls made to OpenRouter for the request, refused ones included. */
  calls: z.number(),
  /** The model that was called last; absent when none was. */
  calledModel: z.string().exactOptional(),
  /** The model that the answer is from, where OpenRouter fell through to another one than was called. */
  answeringModel: z.string().exactOptional(),
  /** Mask of the key of the last call; for operators only. */
  key: z.string().exactOptional(),
};

/** Tokens of the answer, where OpenRouter states them. Other values are left out: no figure is worth an answer. */
const tokens = z
  .object({ prompt: z.int().min(0), completion: z.int().min(0) })
  .optional()
  .catch(undefined);

/** What went wrong, in the words of the component that says so, without contents of the request. */
const errorText = z.string().exactOptional();

/** The position of a message in a call's stream. */
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
  /** Redis has lost the request's body. */
  "body-lost",
  /** An operator removed it. */
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
  /** An unknown code of a newer worker counts as a failure of the worker. */
  code: z.enum(failureCodes).catch("worker-crashed"),
  /** When to retry, in ms from now. */
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
  /** From here on the call counts, and is not repeated. */
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
  /** The status that describes best what happened, such as 502. */
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

type ToldModels = {
  readonly answeringModel?: string | undefined;
  readonly calledModel?: string | undefined;
};

/** The model for which a request counts: the one that its answer is from, else the one that was called last, if any. */
export function modelOf(told: ToldModels | undefined): string | undefined {
  return told?.answeringModel ?? told?.calledModel;
}

/** See {@link position}. */
export type StreamPosition = Readonly<z.output<z.ZodObject<typeof position>>>;

/** An answer of OpenRouter for the client. */
export type AnswerReply = HeadOf<"answer"> & { readonly body: Buffer };

/** The worker got no answer; the gateway makes the error body. */
export type FailureReply = HeadOf<"failure">;

/** The worker took the gateway for dead and dropped the job. */
export type OrphanedReply = HeadOf<"orphaned">;

/** OpenRouter has begun to stream. */
export type StreamStartReply = HeadOf<"stream-start">;

/** Some whole events (or a part of a very long one), byte for byte. */
export type StreamDataReply = HeadOf<"stream-data"> & {
  readonly body: Buffer;
};

/** The stream has ended properly. */
export type StreamEndReply = HeadOf<"stream-end">;

/** The stream broke off after its first event. */
type StreamBrokenReply = HeadOf<"stream-broken">;

/** Replies that come before the last one of a request. */
export type StreamChunkReply = StreamStartReply | StreamDataReply;

/** The last replies of a request. */
export type FinalReply =
  | AnswerReply
  | FailureReply
  | StreamEndReply
  | StreamBrokenReply;

/** A message of a worker about a job. */
export type Reply = FinalReply | StreamChunkReply | OrphanedReply;

/** A message that this version does not understand, and ignores. */
export type UnknownReply = {
  readonly kind: "unknown";
  /** The kind of the message, shortened, or what is wrong with it. */
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
  if (!parsed.success) return toUnreadable(nameOf(given));
  const reply = parsed.data;
  return reply.kind === "answer" || reply.kind === "stream-data"
    ? { ...reply, body }
    : reply;
}

const finalKinds: readonly string[] = [
  "answer",
  "failure",
  "stream-end",
  "stream-broken",
] satisfies readonly FinalReply["kind"][];

/** Whether a reply is the last one. */
export function isFinal(reply: Reply | UnknownReply): reply is FinalReply {
  return finalKinds.includes(reply.kind);
}

/** A last reply that cannot be read is a failure of its worker: no other one comes. */
function toUnreadable(name: string): FailureReply | UnknownReply {
  if (!finalKinds.includes(name)) return { kind: "unknown", name };
  const code = "worker-crashed";
  return { kind: "failure", code, queueMs: 0, upstreamMs: 0, calls: 1 };
}

function nameOf(head: unknown): string {
  const isNamed = typeof head === "object" && head !== null && "kind" in head;
  return isNamed ? String(head.kind).slice(0, longestName) : "not JSON";
}
