import { parseJson } from "@openrouter-free-pool/shared/json/parse-json";
import { z } from "zod";

/** Longer texts are cut, in characters. */
const longestText = 300;
const text = z.string().transform((given) => given.slice(0, longestText));
const ms = z.number();

/** How a request came: its client waited, collects the answer later, or it was a line of a batch. */
const requestKinds = ["waiting", "background", "line"] as const;

const endedSchema = z.object({
  kind: z.enum(requestKinds),
  /** The client's, or ours. */
  requestId: text,
  /** What it belongs to: the background request, or the batch. */
  of: text.exactOptional(),
  /** The job that stood for it, where the queue may still have it. */
  jobId: text.exactOptional(),
  /** Id of the client; absent without client keys. */
  client: text.exactOptional(),
  model: text.exactOptional(),
  /** The model that was called last, where that is another one. */
  calledModel: text.exactOptional(),
  /** Mask of the key that was called with last. */
  key: text.exactOptional(),
  /** What the client got; 499: it had gone. */
  status: z.number(),
  /** Code of the gateway's own error. */
  code: text.exactOptional(),
  /** What went wrong, in words. */
  error: text.exactOptional(),
  /** When it ended, ms since the epoch of Redis's clock. */
  endedAt: z.number(),
  waitedMs: ms.exactOptional(),
  /** The last call. */
  callMs: ms.exactOptional(),
  totalMs: ms.exactOptional(),
  /** Calls of OpenRouter, refused ones included. */
  calls: z.number().exactOptional(),
  promptTokens: z.number().exactOptional(),
  completionTokens: z.number().exactOptional(),
});

/** What is kept of a request that has ended: facts, nothing of its contents. */
export type EndedRequest = Readonly<z.output<typeof endedSchema>>;

/** The same before it is written; what is undefined is left out. */
export type EndedFacts = {
  readonly [Name in keyof EndedRequest]: EndedRequest[Name] | undefined;
} & Pick<EndedRequest, "kind" | "requestId" | "status" | "endedAt">;

/** How a request ended, in a word. */
type EndState = "answered" | "failed" | "cancelled" | "expired";

/** Codes of requests that somebody withdrew. */
const withdrawn: ReadonlySet<string> = new Set([
  "client-gone",
  "cancelled",
  "removed",
]);

/** See {@link EndState}: `expired`: its time was up before it had its turn. */
export function stateOf({ status, code }: EndedRequest): EndState {
  if (code === "waited-out") return "expired";
  if (status === 499 || (code !== undefined && withdrawn.has(code))) {
    return "cancelled";
  }
  return status < 400 && code === undefined ? "answered" : "failed";
}

/** A record as it is kept. */
export function encodeEnded(facts: EndedFacts): string {
  const cut = (value: unknown) =>
    typeof value === "string" ? value.slice(0, longestText) : value;
  return JSON.stringify(facts, (_name, value: unknown) => cut(value));
}

/** @returns undefined for what another version wrote and this one cannot read. */
export function decodeEnded(json: string): EndedRequest | undefined {
  const parsed = endedSchema.safeParse(parseJson(json));
  return parsed.success ? parsed.data : undefined;
}
