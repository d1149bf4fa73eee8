import { mostClients } from "@openrouter-free-pool/shared/api/client-object";
import { keysToWakeForClient } from "@openrouter-free-pool/shared/budgets/wake-for-client";
import { parseJson } from "@openrouter-free-pool/shared/json/parse-json";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import {
  loadScript,
  runScript,
} from "@openrouter-free-pool/shared/redis/script";
import type { Redis } from "ioredis";
import { type ClientRecord, clientRecordSchema } from "../records/client.ts";
import type { ClientNews, ClientsVersion } from "./client-directory.ts";

const saveClient = loadScript(new URL("./save-client.lua", import.meta.url));
const openPool = loadScript(new URL("./open-pool.lua", import.meta.url));

/** Result of saving: the new version, or why it was refused. */
type Saved = number | "changed" | "name-taken" | "full";

/** A record and its stored text: a newer version may have written more fields than are read. */
export type StoredClient = {
  readonly record: ClientRecord;
  readonly text: string;
};

/** The run-time clients in Redis. */
export type ClientStore = {
  readVersion(): Promise<ClientsVersion>;
  readAll(): Promise<{ records: ClientRecord[]; version: ClientsVersion }>;
  find(id: string): Promise<StoredClient | undefined>;
  /** Replaces a client's record if it is still `before`; without `after` the client is removed. */
  save(change: {
    id: string;
    before: StoredClient | undefined;
    after: ClientRecord | undefined;
  }): Promise<Saved>;
  /** Lets everybody call without a key. @returns false when there are clients. */
  open(): Promise<boolean>;
};

/** Builds {@link ClientStore}. */
export function createClientStore(
  redis: Redis,
  redisKeys: RedisKeys,
): ClientStore {
  const { clients, clientNames, clientsVersion, clientNews } = redisKeys;
  return {
    async readVersion() {
      return toVersion(await redis.get(clientsVersion));
    },
    async readAll() {
      const [version, all] =
        (await redis.multi().get(clientsVersion).hvals(clients).exec()) ?? [];
      for (const reply of [version, all]) {
        if (!reply || reply[0]) throw reply?.[0] ?? new Error("No reply");
      }
      const texts = all?.[1] as string[];
      return {
        records: texts.flatMap((text) => readRecord(text) ?? []),
        version: toVersion(version?.[1] as string | null),
      };
    },
    async find(id) {
      const text = (await redis.hget(clients, id)) ?? "";
      const record = readRecord(text);
      return record && { record, text };
    },
    async save({ id, before, after }) {
      const keys = [
        clients,
        clientNames,
        clientsVersion,
        clientNews,
        ...keysToWakeForClient(redisKeys),
      ];
      const saved = await runScript(redis, saveClient, keys, [
        id,
        before?.text ?? "",
        after ? JSON.stringify(after) : "",
        before?.record.name.toLowerCase() ?? "",
        after?.name.toLowerCase() ?? "",
        mostClients,
      ]);
      return saved as Saved;
    },
    async open() {
      const keys = [clients, clientsVersion, clientNews];
      return (await runScript(redis, openPool, keys, [])) === 1;
    },
  };
}

/** Reads the message about a change; undefined when it is not about one single change. */
export function readNews(message: string): ClientNews | undefined {
  const [, version, id = "", text = ""] =
    /^(\d+) (\S*) (.*)$/s.exec(message) ?? [];
  if (version === undefined || id === "") return undefined;
  const record = text === "" ? undefined : readRecord(text);
  if (text !== "" && !record) return undefined;
  return { version: Number(version), id, record };
}

/** A record that this version does not understand gives no access. */
function readRecord(text: string): ClientRecord | undefined {
  return clientRecordSchema.safeParse(parseJson(text)).data;
}

function toVersion(text: string | null): ClientsVersion {
  return text === null ? undefined : Number(text);
}
