import { parseJson } from "@openrouter-free-pool/shared/json/parse-json";
import { z } from "zod";

/** Longer texts are cut, in characters. */
const longestText = 300;
const text = z.string().transform((given) => given.slice(0, longestText));
const ms = z.number();

/** How a request was made: its client waited, or collects the answer later, or it was a line of a batch. */
const requestKinds = ["waiting", "background", "line"] as const;

const endedSchema = z.object({
  kind: z.enum(requestKinds),
  /** The client's id for it, or ours. */
  requestId: text,
  /** What it belongs to: the background request, or the batch. */
  of: text.exactOptional(),
  /** The job that stood for it, if the queue may still have it. */
  jobId: text.exactOptional(),
  /** Id of the client; absent without client keys. */
  client: text.exactOptional(),
  model: text.exactOptional(),
  /** The model that was called last, if it is another one. */
  calledModel: text.exactOptional(),
  /** Mask of the key of the last call. */
  key: text.exactOptional(),
  /** The client's status; 499: the client had gone. */
  status: z.number(),
  /** Code of the gateway's own error. */
  code: text.exactOptional(),
  /** What went wrong, in words. */
  error: text.exactOptional(),
  /** When it ended, ms since the epoch of Redis's clock. */
  endedAt: z.number(),
  waitedMs: ms.exactOptional(),
  /** Duration of the last call. */
  callMs: ms.exactOptional(),
  totalMs: ms.exactOptional(),
  /** Calls of OpenRouter, refused ones included. */
  calls: z.number().exactOptional(),
  promptTokens: z.number().exactOptional(),
  completionTokens: z.number().exactOptional(),
});

/** The record of a request that has ended, without its contents. */
export type EndedRequest = Readonly<z.output<typeof endedSchema>>;

/** The same before it is written; undefined members are left out. */
export type EndedFacts = {
  readonly [Name in keyof EndedRequest]: EndedRequest[Name] | undefined;
} & Pick<EndedRequest, "kind" | "requestId" | "status" | "endedAt">;

/** How a request ended, in a word. */
type EndState = "answered" | "failed" | "cancelled" | "expired";

/** Codes of requests that were withdrawn. */
const withdrawn: ReadonlySet<string> = new Set([
  "client-gone",
  "cancelled",
  "removed",
]);

/** See {@link EndState}; `expired`: its deadline passed before it was called. */
export function stateOf({ status, code }: EndedRequest): EndState {
  if (code === "waited-out") return "expired";
  if (status === 499 || (code !== undefined && withdrawn.has(code))) {
    return "cancelled";
  }
  return status < 400 && code === undefined ? "answered" : "failed";
}

/** Encodes a record for the list. */
export function encodeEnded(facts: EndedFacts): string {
  const cut = (value: unknown) =>
    typeof value === "string" ? value.slice(0, longestText) : value;
  return JSON.stringify(facts, (_name, value: unknown) => cut(value));
}

/** @returns undefined for a record of another version that cannot be read. */
export function decodeEnded(json: string): EndedRequest | undefined {
  const parsed = endedSchema.safeParse(parseJson(json));
  return parsed.success ? parsed.data : undefined;
}
