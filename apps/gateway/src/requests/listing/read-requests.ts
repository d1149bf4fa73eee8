import type { RequestList } from "@openrouter-free-pool/shared/api/past/requests-object";
import { countOpenJobs } from "@openrouter-free-pool/shared/queue/open-jobs/list-open-jobs";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Redis } from "ioredis";
import { stateOf } from "../ended/ended-request.ts";
import { readEnded } from "../ended/read-ended.ts";
import { toEndedRequest } from "./ended-requests.ts";
import { type Names, toIso } from "./open-requests.ts";
import { readOpen } from "./read-open.ts";
import {
  decodeCursor,
  encodeCursor,
  openStates,
  type RequestsCursor,
} from "./requests-cursor.ts";
import { hasFilter, isAsked, type RequestsQuery } from "./requests-query.ts";

/** Requests on a page. */
const perPage = 50;
/** While there are ended ones to show as well, at most so many of a page are open requests. */
const openAmongAll = 15;
/** How many ended requests are read to find the requested ones. */
const mostLooked = 1_000;

/** Reads a page of requests; its cost does not grow with the queue or the number of ended requests. */
export type ReadRequests = (query: RequestsQuery) => Promise<RequestList>;

/** Builds {@link ReadRequests}. */
export function createReadRequests(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  clock: RedisClock;
  names: Names;
}): ReadRequests {
  const { redis, redisKeys, names } = deps;

  async function readOver(
    query: RequestsQuery,
    { after, count }: { after: RequestsCursor["ended"]; count: number },
  ) {
    const { status, from, to } = query;
    const isAny = status === "all" && !hasFilter(query);
    return readEnded(redis, redisKeys, {
      isWanted: isAny
        ? undefined
        : (ended) =>
            (status === "all" || stateOf(ended) === status) &&
            isAsked(toEndedRequest(ended, names), query, ended.client),
      ...{ from, to, count },
      before: after === "newest" ? undefined : after,
      // Nothing is read where nothing is left.
      mostLooked: after === undefined ? 0 : mostLooked,
    });
  }

  return async function readRequests(query) {
    const counts = await countOpenJobs(redis, redisKeys);
    const at =
      query.cursor === undefined
        ? firstPage(query)
        : decodeCursor(query.cursor);
    const open = await readOpen(deps, query, {
      from: at.open,
      room: at.ended === undefined ? perPage : openAmongAll,
      counts,
      now: deps.clock.now(),
    });
    const count = perPage - open.requests.length;
    const over = await readOver(query, { after: at.ended, count });
    return {
      counts: { ...counts, ended: over.kept },
      requests: [
        ...open.requests,
        ...over.requests.map((ended) => toEndedRequest(ended, names)),
      ],
      looked: {
        requests: open.looked + over.looked,
        open: open.looked,
        backTo: toIso(over.backTo) ?? null,
      },
      next: encodeCursor({ open: open.next, ended: over.next }),
    };
  };
}

/** Where the requests of a state begin. */
function firstPage({ status }: RequestsQuery): RequestsCursor {
  const state = openStates.find((each) => status === "all" || each === status);
  return {
    open: state && { state, offset: 0 },
    ended: status === "all" || !state ? "newest" : undefined,
  };
}
