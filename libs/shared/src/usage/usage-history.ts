import type { Redis } from "ioredis";
import type { RedisKeys } from "../redis/keys.ts";
import {
  readUsageField,
  shardOf,
  type UsageCounts,
  type UsageField,
  usageShards,
} from "./usage-counts.ts";

/** A client's use of a model on a day. */
export type UsageEntry = {
  /** The client's id; empty for requests without a client key. */
  readonly client: string;
  readonly model: string;
  readonly counts: UsageCounts;
};

/**
 * The use of one UTC day (`YYYY-MM-DD`).
 *
 * @param client only this client's use; undefined: that of all.
 */
export async function readUsageOfDay(
  redis: Redis,
  redisKeys: RedisKeys,
  day: string,
  client?: string,
): Promise<UsageEntry[]> {
  const shards =
    client === undefined
      ? Array.from({ length: usageShards }, (_, shard) => shard)
      : [shardOf(client)];
  const hashes = await Promise.all(
    shards.map((shard) => redis.hgetall(redisKeys.usage(day, shard))),
  );
  return hashes
    .flatMap(toEntries)
    .filter((entry) => client === undefined || entry.client === client);
}

function toEntries(hash: Readonly<Record<string, string>>): UsageEntry[] {
  type Entry = Omit<UsageEntry, "counts"> & {
    counts: Partial<Record<UsageField, number>>;
  };
  const entries = new Map<string, Entry>();
  for (const [text, count] of Object.entries(hash)) {
    const read = readUsageField(text);
    if (!read) continue;
    const { field, client, model } = read;
    const id = `${client} ${model}`;
    const entry = entries.get(id) ?? { client, model, counts: {} };
    entry.counts[field] = Number(count);
    entries.set(id, entry);
  }
  return [...entries.values()];
}
