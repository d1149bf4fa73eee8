import type { Redis } from "ioredis";
import { maySee } from "./ownership.ts";

/** Who owns the items of an index, so that a client's list does not read the records of all others. */
type Owners = {
  /**
   * The ids of the items that a client may see, in their order.
   *
   * @param client undefined without client keys: all.
   */
  choose(client: string | undefined, ids: readonly string[]): Promise<string[]>;
};

/**
 * Builds {@link Owners} on a hash from id to owner (empty without one), which is written and removed
 * with the records. What it does not have is read from the record and added: the record is one of an
 * older gateway.
 *
 * @param readOwner reads a record's owner, empty without one; undefined when the record is gone.
 */
export function createOwners(deps: {
  redis: Redis;
  redisKey: string;
  readOwner: (id: string) => Promise<string | undefined>;
}): Owners {
  const { redis, redisKey, readOwner } = deps;

  async function learn(ids: readonly string[]): Promise<Map<string, string>> {
    const found = await Promise.all(
      ids.map(async (id) => [id, await readOwner(id)] as const),
    );
    const known = new Map<string, string>();
    for (const [id, owner] of found) {
      if (owner !== undefined) known.set(id, owner);
    }
    if (known.size > 0) await redis.hset(redisKey, known);
    return known;
  }

  return {
    async choose(client, ids) {
      if (client === undefined || ids.length === 0) return [...ids];
      const owners = await redis.hmget(redisKey, ...ids);
      const learned = await learn(ids.filter((_, at) => owners[at] === null));
      return ids.filter((id, at) => {
        const owner = owners[at] ?? learned.get(id);
        if (owner === undefined) return false;
        return maySee(client, { owner: owner === "" ? undefined : owner });
      });
    },
  };
}
