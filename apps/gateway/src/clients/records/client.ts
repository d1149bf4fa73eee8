import {
  type ClientObject,
  type ClientSettings,
  clientSettingsSchema,
  unlimited,
} from "@openrouter-free-pool/shared/api/client-object";
import { z } from "zod";

/** Prefix of the ids of run-time clients. */
const idPrefix = "client_";

/** A client that was made at run time, as stored in Redis. Times in ms since the epoch of Redis's clock. */
export const clientRecordSchema = clientSettingsSchema.extend({
  id: z.string().startsWith(idPrefix),
  /** SHA-256 of the key. */
  digest: z.string(),
  /** The end of the key. */
  hint: z.string(),
  createdAt: z.number(),
  updatedAt: z.number(),
});

/** See {@link clientRecordSchema}. */
export type ClientRecord = Readonly<z.output<typeof clientRecordSchema>>;

/** A client with its settings. */
export type Client = ClientSettings & {
  /** Owns what the client makes; it never changes. */
  readonly id: string;
  /** Undefined for a client of GATEWAY_API_KEYS. */
  readonly record?: ClientRecord;
  /** When its key expires, ms since the epoch. */
  readonly expiresAtMs: number;
};

/** The id of a new client, from random digits. */
export function toClientId(random: string): string {
  return `${idPrefix}${random}`;
}

/** Whether an id is that of a run-time client. */
export function isRunTimeId(id: string): boolean {
  return id.startsWith(idPrefix);
}

/** A client of GATEWAY_API_KEYS: its name is its id. */
export function toEnvironmentClient(name: string): Client {
  return { ...unlimited, id: name, name, expiresAtMs: Infinity };
}

export function toClient(record: ClientRecord): Client {
  const {
    digest: _d,
    hint: _h,
    createdAt: _c,
    updatedAt: _u,
    ...known
  } = record;
  const { expiresAt } = record;
  const expiresAtMs = expiresAt === null ? Infinity : Date.parse(expiresAt);
  return { ...known, record, expiresAtMs };
}

/** Whether a client's key is valid now (ms since the epoch of Redis's clock), or why it is not. */
export function stateOf(client: Client, now: number): ClientObject["state"] {
  if (client.disabled) return "disabled";
  return client.expiresAtMs <= now ? "expired" : "active";
}

/** A client as the API shows it. */
export function toClientObject(client: Client, now: number): ClientObject {
  const { record, expiresAtMs: _, ...settings } = client;
  return {
    ...settings,
    source: record ? "run-time" : "environment",
    state: stateOf(client, now),
    keyHint: record?.hint ?? null,
    createdAt: record ? new Date(record.createdAt).toISOString() : null,
    updatedAt: record ? new Date(record.updatedAt).toISOString() : null,
  };
}
