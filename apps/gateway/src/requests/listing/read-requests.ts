import type {
  RequestList,
  RequestObject,
} from "@openrouter-free-pool/shared/api/past/requests-object";
import {
  countOpenJobs,
  listOpenJobs,
  type OpenCounts,
  type OpenState,
} from "@openrouter-free-pool/shared/queue/open-jobs/list-open-jobs";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Redis } from "ioredis";
import { stateOf } from "../ended/ended-request.ts";
import { readEnded } from "../ended/read-ended.ts";
import { toEndedRequest } from "./ended-requests.ts";
import { type Names, toOpenRequest } from "./open-requests.ts";
import { isAsked, type RequestsQuery } from "./requests-query.ts";

/** Requests on a page. */
const perPage = 50;
/** When all states are requested, at most so many of a page are open requests. */
const openAmongAll = 15;
/** How many requests are read to find the requested ones. */
const mostLooked = { open: 500, openAmongAll: 100, ended: 1_000 };
const openStates = ["calling", "delayed", "waiting"] as const;

/** Reads a page of requests; its cost does not grow with the queue or the number of ended requests. */
export type ReadRequests = (query: RequestsQuery) => Promise<RequestList>;

/** Some of the open requests. */
type OpenPage = {
  readonly requests: readonly RequestObject[];
  readonly looked: number;
  readonly next: number | undefined;
};

/** Builds {@link ReadRequests}. */
export function createReadRequests(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  clock: RedisClock;
  names: Names;
}): ReadRequests {
  const { redis, redisKeys, names } = deps;

  async function readOpen(
    query: RequestsQuery,
    state: OpenState,
    among: { offset: number; room: number; looked: number; counts: OpenCounts },
  ): Promise<OpenPage> {
    const { offset, room, counts } = among;
    const isFiltered = hasFilter(query);
    const count = isFiltered ? among.looked : room;
    const jobs = await listOpenJobs(redis, redisKeys, { state, offset, count });
    const requests: RequestObject[] = [];
    let looked = 0;
    for (const job of jobs) {
      if (requests.length === room) break;
      looked += 1;
      const request = toOpenRequest(job, names, deps.clock.now());
      if (isAsked(request, query, job.client)) requests.push(request);
    }
    // Some may have left the queue between the two reads.
    const at = offset + (looked < jobs.length ? looked : count);
    return { requests, looked, next: at < counts[state] ? at : undefined };
  }

  async function readSeveralOpen(
    query: RequestsQuery,
    counts: OpenCounts,
  ): Promise<RequestObject[]> {
    const found: RequestObject[] = [];
    for (const state of openStates) {
      const room = openAmongAll - found.length;
      const looked = mostLooked.openAmongAll;
      if (room <= 0 || counts[state] === 0) continue;
      const among = { offset: 0, room, looked, counts };
      found.push(...(await readOpen(query, state, among)).requests);
    }
    return found;
  }

  async function readOver(query: RequestsQuery, count: number) {
    const { status, from, to, cursor: before } = query;
    // Times are found by the index, without reading the requests.
    const filtered = { ...query, from: undefined, to: undefined };
    const isAny = status === "all" && !hasFilter(filtered);
    const page = await readEnded(redis, redisKeys, {
      isWanted: isAny
        ? undefined
        : (ended) =>
            (status === "all" || stateOf(ended) === status) &&
            isAsked(toEndedRequest(ended, names), query, ended.client),
      ...{ from, to, before, count },
      mostLooked: mostLooked.ended,
    });
    return {
      ...page,
      requests: page.requests.map((ended) => toEndedRequest(ended, names)),
    };
  }

  return async function readRequests(query) {
    const counts = await countOpenJobs(redis, redisKeys);
    const { status, cursor } = query;
    const state = openStates.find((each) => each === status);
    if (state) {
      const offset = Number.parseInt(cursor ?? "0", 10);
      const looked = mostLooked.open;
      const among = { offset, room: perPage, looked, counts };
      const [page, ended] = await Promise.all([
        readOpen(query, state, among),
        redis.xlen(redisKeys.endedRequests),
      ]);
      return {
        counts: { ...counts, ended },
        requests: [...page.requests],
        looked: { requests: page.looked, backTo: null },
        next: page.next === undefined ? null : String(page.next),
      };
    }
    const isFirst = status === "all" && cursor === undefined;
    const open = isFirst ? await readSeveralOpen(query, counts) : [];
    const over = await readOver(query, perPage - open.length);
    const { looked, backTo, kept, next } = over;
    return {
      counts: { ...counts, ended: kept },
      requests: [...open, ...over.requests],
      looked: {
        requests: looked,
        backTo: backTo === undefined ? null : new Date(backTo).toISOString(),
      },
      next: next ?? null,
    };
  };
}

/** Whether requests must be read to know which ones match. */
function hasFilter({ client, model, key, id, from, to }: RequestsQuery) {
  return [client, model, key, id, from, to].some((each) => each !== undefined);
}
