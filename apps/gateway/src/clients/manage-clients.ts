import { randomBytes } from "node:crypto";
import {
  type ClientChange,
  mostClients,
  unlimited,
} from "@openrouter-free-pool/shared/api/client-object";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Logger } from "pino";
import { GatewayError } from "../errors/gateway-error.ts";
import type { RedisHealth } from "../redis/redis-health.ts";
import type { ClientDirectory } from "./directory/client-directory.ts";
import type { ClientStore, StoredClient } from "./directory/client-store.ts";
import type { DirectorySync } from "./directory/directory-sync.ts";
import { makeKey } from "./keys/new-key.ts";
import {
  type Client,
  type ClientRecord,
  toClient,
  toClientId,
} from "./records/client.ts";

/**
 * When two operators change a client at the same time, the later change is applied to the result of
 * the other.
 */
const mostTries = 5;

/** A client and its key, which is shown this once. */
type IssuedClient = {
  readonly client: Client;
  readonly key: string;
  /** Signs the client's events; null when the pool has no secret. */
  readonly webhookSecret: string | null;
};

/**
 * Operations on clients for operators. A change holds here at once and at other gateways within a
 * second. `from` says in the log where the order came from. All throw {@link GatewayError}:
 * `not-found`, `conflict`, `redis-down`.
 */
export type ManageClients = {
  create(
    wanted: ClientChange & { readonly name: string },
    from: string,
  ): Promise<IssuedClient>;
  update(id: string, change: ClientChange, from: string): Promise<Client>;
  /** Gives the client a new key; the old one is invalid at once. */
  rotate(id: string, from: string): Promise<IssuedClient>;
  /** Removes the client; its open batches and background requests are cancelled. */
  remove(id: string, from: string): Promise<void>;
  /** Lets everybody call without a key, if there are no clients. */
  open(from: string): Promise<void>;
};

/** Builds {@link ManageClients}. */
export function createManageClients(deps: {
  store: ClientStore;
  directory: ClientDirectory;
  sync: DirectorySync;
  redisHealth: RedisHealth;
  clock: RedisClock;
  cancelBatchesOf: (client: string) => Promise<void>;
  /** The secret that signs a client's events; undefined without the pool's. */
  webhookSecretOf: (client: string) => string | undefined;
  logger: Logger;
}): ManageClients {
  const { store, directory, sync, redisHealth, clock, logger } = deps;

  function issue(client: Client, key: string): IssuedClient {
    const webhookSecret = deps.webhookSecretOf(client.id) ?? null;
    return { client, key, webhookSecret };
  }

  function audit(action: string, record: ClientRecord, rest: object): void {
    const { id: clientId, name: client } = record;
    logger.warn(
      { action, clientId, client, ...rest },
      "An operator changed a client",
    );
  }

  async function find(id: string): Promise<StoredClient> {
    const stored = await redisHealth.readInTime(() => store.find(id));
    if (stored) return stored;
    if (directory.find(id) && !directory.find(id)?.record) {
      throw new GatewayError(
        "conflict",
        "This client comes from GATEWAY_API_KEYS and can be changed only there",
      );
    }
    throw new GatewayError("not-found", "There is no such client");
  }

  /** @returns false when the client was changed elsewhere in the meantime. */
  async function save(
    id: string,
    before: StoredClient | undefined,
    after: ClientRecord | undefined,
  ): Promise<boolean> {
    const saved = await redisHealth.readInTime(() =>
      store.save({ id, before, after }),
    );
    switch (saved) {
      case "changed":
        return false;
      case "name-taken":
        throw nameTaken();
      case "full":
        throw new GatewayError(
          "conflict",
          `There are ${mostClients} clients already, as many as a pool may have`,
        );
      default:
        sync.take({ version: saved, id, record: after });
        return true;
    }
  }

  /** Replaces or removes a client. @returns what it was before. */
  async function change(
    id: string,
    replace: (record: ClientRecord) => ClientRecord | undefined,
  ): Promise<ClientRecord> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const before = await find(id);
      if (await save(id, before, replace(before.record))) return before.record;
    }
    throw new GatewayError(
      "conflict",
      "Somebody else changes this client just now",
    );
  }

  function requireFreeName(name: string | undefined): void {
    if (name !== undefined && directory.isInEnvironment(name))
      throw nameTaken();
  }

  return {
    async create(wanted, from) {
      requireFreeName(wanted.name);
      const { key, digest, hint } = makeKey();
      const now = clock.now();
      const record: ClientRecord = {
        ...unlimited,
        ...wanted,
        id: toClientId(randomBytes(8).toString("hex")),
        digest,
        hint,
        createdAt: now,
        updatedAt: now,
      };
      await save(record.id, undefined, record);
      audit("create", record, { from, settings: namesOf(wanted) });
      return issue(toClient(record), key);
    },

    async update(id, wanted, from) {
      requireFreeName(wanted.name);
      let after: ClientRecord | undefined;
      const before = await change(id, (record) => {
        after = { ...record, ...wanted, updatedAt: clock.now() };
        return after;
      });
      const record = after ?? before;
      audit("update", record, {
        from,
        before: before.name,
        settings: namesOf(wanted),
      });
      return toClient(record);
    },

    async rotate(id, from) {
      const { key, digest, hint } = makeKey();
      const renewed = { digest, hint, updatedAt: clock.now() };
      const before = await change(id, (record) => ({ ...record, ...renewed }));
      audit("rotate", before, { from });
      return issue(toClient({ ...before, ...renewed }), key);
    },

    async remove(id, from) {
      const before = await change(id, () => undefined);
      audit("remove", before, { from });
      await deps.cancelBatchesOf(id);
    },

    async open(from) {
      if (!(await redisHealth.readInTime(() => store.open()))) {
        throw new GatewayError(
          "conflict",
          "There are clients; remove them first",
        );
      }
      logger.warn(
        { action: "open", from },
        "An operator lets anybody call without a key",
      );
    },
  };
}

function nameTaken(): GatewayError {
  return new GatewayError("conflict", "Another client has this name");
}

/** Names of the given settings; their values may be secret, such as a webhook's address. */
function namesOf(settings: object): string[] {
  return Object.keys(settings);
}
