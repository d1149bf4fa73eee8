import type { openQueue } from "../redis/bullmq-queue.ts";

type Queue = Pick<
  Awaited<ReturnType<typeof openQueue>>,
  "redis" | "redisKeys" | "worker"
>;

/** Standing orders, what BullMQ keeps for itself, and the marker, which is a hint. */
const leftOut = /:orders:|:order$|:stalled-check$|:events$|:meta$|:marker$/;

/**
 * All that Redis holds of a queue and its pool, by the end of the key, without times and what differs from one queue to the
 * next.
 */
export async function readPoolState(
  queue: Queue,
): Promise<Record<string, unknown>> {
  const { redis, redisKeys, worker } = queue;
  const plain = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value)
        .replaceAll(worker.tokenPrefix, "token ")
        .replace(/1[6-9]\d{11}(\.\d+)?/g, "time"),
    );
  const all: Record<string, unknown> = {};
  for (const key of (await redis.keys(`${redisKeys.root}:*`)).sort()) {
    if (leftOut.test(key)) continue;
    const expires = (await redis.pttl(key)) > 0;
    const value = plain(await readValue(redis, key));
    all[key.slice(redisKeys.root.length)] = { expires, value };
  }
  return all;
}

async function readValue(redis: Queue["redis"], key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case "hash":
      return withoutPlace(await redis.hgetall(key));
    case "zset":
      // The score of a place in line says how many have come before.
      return key.endsWith(":prioritized") || key.endsWith(":waiting")
        ? redis.zrange(key, "0", "-1")
        : redis.zrange(key, "0", "-1", "WITHSCORES");
    case "list":
      return redis.lrange(key, "0", "-1");
    case "stream":
      return redis.xlen(key);
    default:
      return redis.get(key);
  }
}

/** A job that never waited for its client's budget has no place among those that wait. */
function withoutPlace({ place: _place, ...hash }: Record<string, string>) {
  return hash;
}
