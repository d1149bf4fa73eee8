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
  type KeptAnswer,
} from "./background-record.ts";

const createScript = loadScript(
  new URL("./create-background.lua", import.meta.url),
);
const endScript = loadScript(new URL("./end-background.lua", import.meta.url));
const claimScript = loadScript(
  new URL("./claim-background.lua", import.meta.url),
);

/** A record outlives its expiry until somebody has removed what the storage has of it. */
const spareMs = 3_600_000;
/** Requests removed in one go. */
const expiredAtATime = 100;

/** How many background requests may be open. */
export type OpenBounds = { readonly all: number; readonly ofClient: number };

/** For a request that was taken in before. */
export const unbounded: OpenBounds = {
  all: Number.MAX_SAFE_INTEGER,
  ofClient: Number.MAX_SAFE_INTEGER,
};

/** How a background request ends. */
type BackgroundEnd =
  | { readonly status: "answered"; readonly answer: KeptAnswer }
  | { readonly status: "cancelled" | "deleted" };

/** Who leads an open request: undefined when nobody does. */
export type OpenRequest = {
  readonly id: string;
  readonly leader: string | undefined;
};

/** The records of background requests, in Redis. */
export type BackgroundStore = {
  /** Says that the storage will have something of a request, so that it is removed in any case. */
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
   * @returns what became of it: the status of one that had ended already.
   */
  end(
    order: BackgroundOrder,
    end: BackgroundEnd,
    gatewayId?: string,
  ): Promise<"done" | "other-leader" | "missing" | BackgroundRecord["status"]>;
  /** Forgets a request that has ended, for its removal from the storage at the next round. */
  forget(order: BackgroundOrder): Promise<void>;
  /** The requests that have not ended, the oldest first. */
  listOpen(): Promise<OpenRequest[]>;
  countOpen(): Promise<number>;
  /** Makes a gateway the leader, or nobody. @returns whether it is so. */
  claim(
    id: string,
    from: string | undefined,
    to: string | undefined,
  ): Promise<boolean>;
  /** Says which job stands for an open request. */
  setJob(id: string, jobId: string): Promise<void>;
  findJob(id: string): Promise<string | undefined>;
  /** Some of the requests that have expired. */
  findExpired(): Promise<string[]>;
  /** Takes a request out of Redis whose content is removed. */
  remove(id: string): Promise<void>;
};

/** Builds {@link BackgroundStore}. */
export function createBackgroundStore(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  clock: RedisClock;
}): BackgroundStore {
  const { redis, redisKeys, clock } = deps;

  async function find(id: string): Promise<BackgroundRecord | undefined> {
    const fields = await redis.hgetall(redisKeys.background(id));
    return "order" in fields ? backgroundRecordSchema.parse(fields) : undefined;
  }

  return {
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
      // Its content may go at once; the record tells gateways that have it in hand.
      const leftMs = end.status === "deleted" ? 0 : keptMs;
      const answer =
        end.status === "answered" ? ["answer", JSON.stringify(end.answer)] : [];
      const outcome = await runScript(
        redis,
        endScript,
        [
          redisKeys.background(id),
          redisKeys.openBackground,
          redisKeys.backgroundLeaders,
          redisKeys.backgroundCounts,
          redisKeys.backgroundByExpiry,
          redisKeys.backgroundJobs,
        ],
        [
          id,
          owner,
          gatewayId,
          now + leftMs,
          leftMs + spareMs,
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
    findExpired: () =>
      redis.zrangebyscore(
        redisKeys.backgroundByExpiry,
        "-inf",
        clock.now(),
        "LIMIT",
        0,
        expiredAtATime,
      ),
    async remove(id) {
      // The mark of a deletion stays: a gateway may still have the request in hand.
      const record = await find(id);
      const isMark = record?.status === "deleted";
      const removal = redis.multi().zrem(redisKeys.backgroundByExpiry, id);
      if (!isMark) removal.del(redisKeys.background(id));
      await removal.exec();
    },
  };
}
