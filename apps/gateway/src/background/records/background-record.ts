import { randomBytes } from "node:crypto";
import { answerCheckNames } from "@openrouter-free-pool/shared/api/answer-checks";
import { z } from "zod";

/**
 * How a request was asked for: as a background response of OpenAI's API, or by
 * `Prefer: respond-async`.
 */
export type BackgroundKind = "response" | "request";

const idPrefixes = {
  response: "resp_",
  request: "request_",
} as const satisfies Record<BackgroundKind, string>;

/** What does not change while a background request lives. Times in ms since the epoch of Redis's clock. */
const orderSchema = z.object({
  id: z.string(),
  /** Id of the client that owns it; missing when clients needed no keys. */
  owner: z.string().exactOptional(),
  /** Path of the dialect. */
  path: z.string(),
  createdAt: z.number(),
  /** How long it may wait, in ms. */
  maxWaitMs: z.number(),
  /** How long its answer is kept, in ms. */
  keptMs: z.number(),
  /** Where the storage has its body, and its size. */
  body: z.object({ key: z.string(), bytes: z.number() }),
  /** Digest of the request. */
  fingerprint: z.string(),
  requestId: z.string(),
  model: z.string(),
  candidates: z.array(z.string()).exactOptional(),
  paidModels: z.array(z.string()).exactOptional(),
  headers: z.record(z.string(), z.string()),
  answerCheck: z.array(z.enum(answerCheckNames)).exactOptional(),
  priority: z.number(),
});

/** See {@link orderSchema}. */
export type BackgroundOrder = Readonly<z.output<typeof orderSchema>>;

const answerSchema = z.object({
  status: z.number(),
  /** Names in lower case. */
  headers: z.record(z.string(), z.string()),
  /** Where the storage has the body. */
  key: z.string(),
  bytes: z.number(),
});

/** An answer that is stored. */
export type KeptAnswer = Readonly<z.output<typeof answerSchema>>;

const json = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(schema);

/**
 * A background request as a Redis hash. It is `open` until it is `answered` (by an error, too) or
 * `cancelled`; one that was `deleted` is remembered until no gateway can be working on it.
 */
export const backgroundRecordSchema = z.object({
  order: json(orderSchema),
  status: z.enum(["open", "answered", "cancelled", "deleted"]),
  endedAt: z.coerce.number().optional(),
  answer: json(answerSchema).optional(),
});

/** See {@link backgroundRecordSchema}. */
export type BackgroundRecord = Readonly<
  z.output<typeof backgroundRecordSchema>
>;

/** Whether a request has events: other requests are not resources of OpenAI's API. */
export function isResponse({ id }: Pick<BackgroundOrder, "id">): boolean {
  return isBackgroundId("response", id);
}

/** @param digest what the id is derived from; without it the id is random. */
export function newBackgroundId(kind: BackgroundKind, digest?: string): string {
  const digits = digest ?? randomBytes(24).toString("hex");
  return idPrefixes[kind] + digits.slice(0, 48);
}

/** Whether a text can be the id of such a request; other texts are not looked up. */
export function isBackgroundId(kind: BackgroundKind, text: string): boolean {
  const prefix = idPrefixes[kind];
  return (
    text.startsWith(prefix) && /^[0-9a-f]{48}$/.test(text.slice(prefix.length))
  );
}
