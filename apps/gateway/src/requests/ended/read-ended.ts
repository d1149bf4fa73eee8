import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import { usualDelayMs } from "./ended-log.ts";
import { decodeEnded, type EndedRequest } from "./ended-request.ts";

/** Entries read at a time during a search. */
const chunk = 250;

/** The requested part of the ended requests, newest first. */
type EndedQuery = {
  /** undefined: all of them. */
  readonly isWanted: ((request: EndedRequest) => boolean) | undefined;
  /**
   * When they ended, ms since the epoch of Redis's clock. The search is narrowed to the entries that
   * may have; `isWanted` must check the time itself.
   */
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** Only those before this entry. */
  readonly before: string | undefined;
  /** How many are requested, and how many may be read to find them. */
  readonly count: number;
  readonly mostLooked: number;
};

/** Some of the ended requests. */
type EndedPage = {
  readonly requests: readonly EndedRequest[];
  /** How many entries were read. */
  readonly looked: number;
  /** How many are kept. */
  readonly kept: number;
  /** When the oldest entry that was read had ended; undefined when there was none. */
  readonly backTo: number | undefined;
  /** Where to continue; undefined: there are no more. */
  readonly next: string | undefined;
};

/** Reads {@link EndedPage}; the cost is bounded by `mostLooked`. */
export async function readEnded(
  redis: Redis,
  redisKeys: Pick<RedisKeys, "endedRequests" | "endedRequestsDelay">,
  query: EndedQuery,
): Promise<EndedPage> {
  const { endedRequests } = redisKeys;
  const { isWanted, count, mostLooked } = query;
  const bounds = await findBounds(redis, redisKeys, query);
  let { last } = bounds;
  const found: EndedRequest[] = [];
  let looked = 0;
  let oldest: EndedRequest | undefined;
  let next: string | undefined;
  const keptSoon = redis.xlen(endedRequests);
  while (looked < mostLooked && found.length < count) {
    const most = Math.min(mostLooked - looked, isWanted ? chunk : count);
    const entries = await redis.xrevrange(
      endedRequests,
      last,
      bounds.first,
      "COUNT",
      most,
    );
    next = undefined;
    for (const [id, fields] of entries) {
      const request = decodeEnded(fields[1] ?? "");
      looked += 1;
      next = id;
      if (!request) continue;
      oldest = request;
      if (!isWanted || isWanted(request)) found.push(request);
      if (found.length === count) break;
    }
    if (entries.length < most && found.length < count) {
      next = undefined;
      break;
    }
    if (next !== undefined) last = `(${next}`;
  }
  return {
    requests: found,
    looked,
    kept: await keptSoon,
    backTo: oldest?.endedAt,
    next,
  };
}

/** The entries that may be in the range: their ids tell when they were written, after their end. */
async function findBounds(
  redis: Redis,
  { endedRequestsDelay }: Pick<RedisKeys, "endedRequestsDelay">,
  { from, to, before }: EndedQuery,
): Promise<{ first: string; last: string }> {
  const first =
    from === undefined ? "-" : String(Math.max(0, from - usualDelayMs));
  if (before !== undefined) return { first, last: `(${before}` };
  if (to === undefined) return { first, last: "+" };
  const longest = Number((await redis.get(endedRequestsDelay)) ?? 0);
  return { first, last: String(to + Math.max(longest, usualDelayMs)) };
}
