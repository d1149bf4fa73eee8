import type { RequestObject } from "@openrouter-free-pool/shared/api/past/requests-object";
import {
  listOpenJobs,
  type OpenCounts,
} from "@openrouter-free-pool/shared/queue/open-jobs/list-open-jobs";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import { type Names, toOpenRequest } from "./open-requests.ts";
import { type OpenPlace, openStates } from "./requests-cursor.ts";
import { hasFilter, isAsked, type RequestsQuery } from "./requests-query.ts";

/** Places that are looked at to find the requested ones. */
const mostLooked = 500;

/** Some of the open requests. */
type OpenPage = {
  readonly requests: readonly RequestObject[];
  /** How many were looked at. */
  readonly looked: number;
  /** Where to continue; undefined: there are no more. */
  readonly next: OpenPlace | undefined;
};

/**
 * Reads open requests from a place on, state by state.
 *
 * @param what `room`: how many are requested; `now`: ms since the epoch of Redis's clock.
 */
export async function readOpen(
  {
    redis,
    redisKeys,
    names,
  }: { redis: Redis; redisKeys: RedisKeys; names: Names },
  query: RequestsQuery,
  what: {
    from: OpenPlace | undefined;
    room: number;
    counts: OpenCounts;
    now: number;
  },
): Promise<OpenPage> {
  const { room, counts, now } = what;
  const requests: RequestObject[] = [];
  let looked = 0;
  let place = skipEmpty(what.from, query, counts);
  while (place && requests.length < room && looked < mostLooked) {
    const { state, offset } = place;
    const left = room - requests.length;
    const count = hasFilter(query) ? mostLooked - looked : left;
    const jobs = await listOpenJobs(redis, redisKeys, { state, offset, count });
    let seen = 0;
    for (const job of jobs) {
      if (requests.length === room) break;
      seen += 1;
      const request = toOpenRequest(job, names, now);
      if (isAsked(request, query, job.client)) requests.push(request);
    }
    looked += seen;
    // Some may have left the queue between the two reads.
    const passed = seen < jobs.length ? seen : count;
    place = skipEmpty({ state, offset: offset + passed }, query, counts);
  }
  return { requests, looked, next: place };
}

/** The same place, or where its state has no more requests, that of the next one that has. */
function skipEmpty(
  place: OpenPlace | undefined,
  { status }: RequestsQuery,
  counts: OpenCounts,
): OpenPlace | undefined {
  if (!place || place.offset < counts[place.state]) return place;
  const state = openStates
    .slice(openStates.indexOf(place.state) + 1)
    .find((each) => status === "all" && counts[each] > 0);
  return state && { state, offset: 0 };
}
