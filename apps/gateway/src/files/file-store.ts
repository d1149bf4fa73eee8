import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import { createOwners } from "../clients/owners.ts";
import { type Page, type PageQuery, readPage } from "../listing/read-page.ts";
import { type FileRecord, fileRecordSchema } from "./file-record.ts";

/** The records of files, in Redis. */
export type FileStore = {
  save(file: FileRecord): Promise<void>;
  find(id: string): Promise<FileRecord | undefined>;
  /**
   * The files that a client may see.
   *
   * @throws {GatewayError} `invalid-request` when `query.after` does not exist.
   */
  list(
    query: PageQuery,
    client: string | undefined,
    isWanted: (file: FileRecord) => boolean,
  ): Promise<Page<FileRecord>>;
  /** Forgets a file's record. Until {@link FileStore.forgetContent} it counts as expired. */
  remove(id: string): Promise<void>;
  /** The content of a removed file is gone, too. */
  forgetContent(id: string): Promise<void>;
  /** Some of the files that expired before `now` (ms since the epoch), or whose content is left. */
  findExpired(now: number): Promise<string[]>;
};

/** Files removed at a time. */
const expiredAtATime = 100;

/** Builds {@link FileStore}. A record is kept after its file's expiry until the clean-up removes both. */
export function createFileStore(redis: Redis, redisKeys: RedisKeys): FileStore {
  async function find(id: string): Promise<FileRecord | undefined> {
    const text = await redis.get(redisKeys.file(id));
    return text === null ? undefined : fileRecordSchema.parse(JSON.parse(text));
  }

  const owners = createOwners({
    redis,
    redisKey: redisKeys.fileOwners,
    async readOwner(id) {
      const file = await find(id);
      return file && (file.owner ?? "");
    },
  });

  return {
    async save(file) {
      await redis
        .multi()
        .set(redisKeys.file(file.id), JSON.stringify(file))
        .zadd(redisKeys.files, file.createdAt, file.id)
        .hset(redisKeys.fileOwners, file.id, file.owner ?? "")
        .zadd(redisKeys.filesByExpiry, file.expiresAt, file.id)
        .exec();
    },
    find,
    list: (query, client, isWanted) =>
      readPage(redis, redisKeys.files, query, {
        choose: (ids) => owners.choose(client, ids),
        async find(id) {
          const file = await find(id);
          return file && isWanted(file) ? file : undefined;
        },
      }),
    async remove(id) {
      await redis
        .multi()
        .del(redisKeys.file(id))
        .zrem(redisKeys.files, id)
        .hdel(redisKeys.fileOwners, id)
        .zadd(redisKeys.filesByExpiry, Date.now(), id)
        .exec();
    },
    async forgetContent(id) {
      await redis.zrem(redisKeys.filesByExpiry, id);
    },
    findExpired: (now) =>
      redis.zrangebyscore(
        redisKeys.filesByExpiry,
        "-inf",
        now,
        "LIMIT",
        0,
        expiredAtATime,
      ),
  };
}
