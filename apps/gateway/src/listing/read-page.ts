import type { Redis } from "ioredis";
import { GatewayError } from "../errors/gateway-error.ts";

/** Members read from the index in one command. */
const readAtATime = 1_000;
/** Items found at a time: few lists are asked for more. */
const foundAtATime = 100;

/** The requested part of a list. */
export type PageQuery = {
  readonly limit: number;
  /** Id of the last item of the previous page. */
  readonly after: string | undefined;
  readonly order: "asc" | "desc";
};

/** A part of a list. */
export type Page<Item> = {
  readonly items: readonly Item[];
  readonly hasMore: boolean;
};

/**
 * Reads a page of the items whose ids are in a sorted set by time.
 *
 * @param read.choose tells from ids alone which items may belong in this list; absent: all.
 * @param read.find reads an item; undefined when it does not belong in it.
 * @throws {GatewayError} `invalid-request` when `after` is not in the list.
 */
export async function readPage<Item>(
  redis: Redis,
  index: string,
  { limit, after, order }: PageQuery,
  read: {
    choose?: (ids: readonly string[]) => Promise<readonly string[]>;
    find: (id: string) => Promise<Item | undefined>;
  },
): Promise<Page<Item>> {
  let start = 0;
  if (after !== undefined) {
    const rank =
      order === "asc"
        ? await redis.zrank(index, after)
        : await redis.zrevrank(index, after);
    if (rank === null) {
      throw new GatewayError(
        "invalid-request",
        `\`after\`: there is no ${after}`,
      );
    }
    start = rank + 1;
  }

  const items: Item[] = [];
  for (;;) {
    const end = start + readAtATime - 1;
    const ids =
      order === "asc"
        ? await redis.zrange(index, start, String(end))
        : await redis.zrevrange(index, start, end);
    const chosen = read.choose ? await read.choose(ids) : ids;
    for (let at = 0; at < chosen.length; at += foundAtATime) {
      const some = chosen.slice(at, at + foundAtATime);
      for (const item of await Promise.all(some.map(read.find))) {
        if (item === undefined) continue;
        if (items.length === limit) return { items, hasMore: true };
        items.push(item);
      }
    }
    if (ids.length < readAtATime) return { items, hasMore: false };
    start = end + 1;
  }
}

/** A list object of OpenAI's API. */
export function toListObject<Item extends { id: string }>(
  data: readonly Item[],
  hasMore: boolean,
) {
  return {
    object: "list",
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: hasMore,
  };
}
