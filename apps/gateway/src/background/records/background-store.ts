import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import {
  loadScript,
  runScript,
} from "@openrouter-free-pool/shared/redis/script";
import type { Redis } from "ioredis";
import {
  type BackgroundOrder,
  type BackgroundRecord,
  backgroundRecordSchema,
  isResponse,
  type KeptAnswer,
} from "./background-record.ts";

const createScript = loadScript(
  new URL("./create-background.lua", import.meta.url),
);
const endScript = loadScript(new URL("./end-background.lua", import.meta.url));
const claimScript = loadScript(
  new URL("./claim-background.lua", import.meta.url),
);
const removeScript = loadScript(
  new URL("./remove-background.lua", import.meta.url),
);

/** A record is kept so much longer than its expiry, until its contents have been removed from the storage. */
const spareMs = 3_600_000;
/** Requests per query. */
const foundAtATime = 100;
/** The end of a response is published at once; after this time it was forgotten. */
const untoldMs = 30_000;

/** How many background requests may be open. */
export type OpenBounds = { readonly all: number; readonly ofClient: number };

/** For a request that was accepted before. */
export const unbounded: OpenBounds = {
  all: Number.MAX_SAFE_INTEGER,
  ofClient: Number.MAX_SAFE_INTEGER,
};

/** How a background request ends. */
type BackgroundEnd =
  | { readonly status: "answered"; readonly answer: KeptAnswer }
  | { readonly status: "cancelled" | "deleted" };

/** Who leads an open request; undefined: nobody. */
export type OpenRequest = {
  readonly id: string;
  readonly leader: string | undefined;
};

/** The records of background requests, in Redis. */
export type BackgroundStore = {
  /** Whether one more request may be open, as far as is known before it is recorded. */
  checkRoom(
    owner: string | undefined,
    bounds: OpenBounds,
  ): Promise<"room" | "full" | "client-full">;
  /** Records that the storage will have contents of a request, so that they are removed in any case. */
  reserve(id: string, keptMs: number): Promise<void>;
  create(
    order: BackgroundOrder,
    gatewayId: string,
    bounds: OpenBounds,
  ): Promise<"created" | "exists" | "full" | "client-full">;
  find(id: string): Promise<BackgroundRecord | undefined>;
  /**
   * Ends an open request.
   *
   * @param gatewayId the leader that it must have; undefined: any.
   * @returns the result; the status of a request that had ended already.
   */
  end(
    order: BackgroundOrder,
    end: BackgroundEnd,
    gatewayId?: string,
  ): Promise<"done" | "other-leader" | "missing" | BackgroundRecord["status"]>;
  /** Forgets a request that has ended; the next round removes its contents from the storage. */
  forget(order: BackgroundOrder): Promise<void>;
  /** The requests that have not ended, the oldest first. */
  listOpen(): Promise<OpenRequest[]>;
  countOpen(): Promise<number>;
  /** Makes a gateway the leader, or nobody. @returns whether it succeeded. */
  claim(
    id: string,
    from: string | undefined,
    to: string | undefined,
  ): Promise<boolean>;
  /** Records which job stands for an open request. */
  setJob(id: string, jobId: string): Promise<void>;
  findJob(id: string): Promise<string | undefined>;
  /** Records that the end of a response was published. */
  setTold(id: string): Promise<void>;
  /** Some of the responses whose end should have been published long ago. */
  findUntold(): Promise<string[]>;
  /** Some of the requests that have expired. */
  findExpired(): Promise<string[]>;
  /** Removes a request from Redis whose contents are removed, unless it is open. */
  remove(id: string): Promise<void>;
};

/** Builds {@link BackgroundStore}. */
export function createBackgroundStore(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  clock: RedisClock;
}): BackgroundStore {
  const { redis, redisKeys, clock } = deps;

  /** All keys that may hold something about a request; see the scripts. */
  const keysOf = (id: string) => [
    redisKeys.background(id),
    redisKeys.openBackground,
    redisKeys.backgroundLeaders,
    redisKeys.backgroundCounts,
    redisKeys.backgroundByExpiry,
    redisKeys.backgroundJobs,
  ];

  async function find(id: string): Promise<BackgroundRecord | undefined> {
    const fields = await redis.hgetall(redisKeys.background(id));
    return "order" in fields ? backgroundRecordSchema.parse(fields) : undefined;
  }

  const findDue = (key: string, until: number) =>
    redis.zrangebyscore(key, "-inf", until, "LIMIT", 0, foundAtATime);

  return {
    async checkRoom(owner = "", bounds) {
      const [open, ofClient] = await Promise.all([
        redis.zcard(redisKeys.openBackground),
        redis.hget(redisKeys.backgroundCounts, owner),
      ]);
      if (open >= bounds.all) return "full";
      return Number(ofClient) >= bounds.ofClient ? "client-full" : "room";
    },
    async reserve(id, keptMs) {
      const until = clock.now() + keptMs + spareMs;
      await redis.zadd(redisKeys.backgroundByExpiry, "NX", until, id);
    },
    async create(order, gatewayId, bounds) {
      const { id, owner = "", createdAt, maxWaitMs, keptMs } = order;
      const expiresAt = createdAt + maxWaitMs + keptMs;
      const outcome = await runScript(
        redis,
        createScript,
        [
          redisKeys.background(id),
          redisKeys.openBackground,
          redisKeys.backgroundLeaders,
          redisKeys.backgroundCounts,
          redisKeys.backgroundByExpiry,
        ],
        [
          id,
          owner,
          gatewayId,
          JSON.stringify(order),
          createdAt,
          expiresAt,
          Math.max(0, expiresAt - clock.now()) + spareMs,
          bounds.all,
          bounds.ofClient,
        ],
      );
      return outcome as "created" | "exists" | "full" | "client-full";
    },
    find,
    async end({ id, owner = "", keptMs }, end, gatewayId = "") {
      const now = clock.now();
      // Its contents may be removed at once; the record tells gateways that still work on it.
      const leftMs = end.status === "deleted" ? 0 : keptMs;
      const answer =
        end.status === "answered" ? ["answer", JSON.stringify(end.answer)] : [];
      const outcome = await runScript(
        redis,
        endScript,
        [...keysOf(id), redisKeys.backgroundUntold],
        [
          id,
          owner,
          gatewayId,
          now + leftMs,
          leftMs + spareMs,
          isResponse({ id }) ? now : "",
          ...["status", end.status, "endedAt", now, ...answer],
        ],
      );
      return outcome as "done" | "other-leader" | "missing";
    },
    async forget({ id }) {
      await redis
        .multi()
        .hset(redisKeys.background(id), "status", "deleted")
        .pexpire(redisKeys.background(id), spareMs)
        .zadd(redisKeys.backgroundByExpiry, clock.now(), id)
        .exec();
    },
    async listOpen() {
      const ids = await redis.zrange(redisKeys.openBackground, 0, "-1");
      if (ids.length === 0) return [];
      const leaders = await redis.hmget(redisKeys.backgroundLeaders, ...ids);
      return ids.map((id, at) => ({ id, leader: leaders[at] ?? undefined }));
    },
    countOpen: () => redis.zcard(redisKeys.openBackground),
    async claim(id, from = "", to = "") {
      const keys = [redisKeys.openBackground, redisKeys.backgroundLeaders];
      return (await runScript(redis, claimScript, keys, [id, from, to])) === 1;
    },
    async setJob(id, jobId) {
      await redis.hset(redisKeys.backgroundJobs, id, jobId);
    },
    async findJob(id) {
      return (await redis.hget(redisKeys.backgroundJobs, id)) ?? undefined;
    },
    async setTold(id) {
      await redis.zrem(redisKeys.backgroundUntold, id);
    },
    findUntold: () =>
      findDue(redisKeys.backgroundUntold, clock.now() - untoldMs),
    findExpired: () => findDue(redisKeys.backgroundByExpiry, clock.now()),
    async remove(id) {
      await runScript(redis, removeScript, keysOf(id), [id]);
    },
  };
}
