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

/** The shards with the use of this client; undefined: of all. The use of a client is in one of them. */
export function shardsWith(client: string | undefined): readonly number[] {
  return client === undefined
    ? Array.from({ length: usageShards }, (_, shard) => shard)
    : [shardOf(client)];
}

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
  const entries = await Promise.all(
    shardsWith(client).map((shard) =>
      readUsageShard(redis, redisKeys, { day, shard }, client),
    ),
  );
  return entries.flat();
}

/** As {@link readUsageOfDay}, of the clients of one shard. */
export async function readUsageShard(
  redis: Redis,
  redisKeys: RedisKeys,
  { day, shard }: { day: string; shard: number },
  client?: string,
): Promise<UsageEntry[]> {
  const entries = toEntries(await redis.hgetall(redisKeys.usage(day, shard)));
  return client === undefined
    ? entries
    : entries.filter((entry) => entry.client === client);
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
