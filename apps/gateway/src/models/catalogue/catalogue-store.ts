import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, brotliDecompress, constants } from "node:zlib";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import { z } from "zod";
import { modelsListSchema } from "./models-list.ts";

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

/** The highest compression level would take seconds. */
const fast = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

/** The list of a pool that nobody uses expires. */
const keptMs = 7 * 86_400_000;
/** Ids of models that have left the list; only the newest are kept. */
const mostFormer = 2_000;

const contentSchema = z.object({
  list: modelsListSchema,
  former: z.array(z.string()),
});

/** What all gateways know of OpenRouter's models. */
export type CatalogueContent = z.output<typeof contentSchema>;

/** OpenRouter's list of models as all gateways share it, in Redis. */
export class CatalogueStore {
  readonly #redis: Redis;
  readonly #redisKeys: RedisKeys;
  readonly #holder = randomUUID();

  constructor(redis: Redis, redisKeys: RedisKeys) {
    this.#redis = redis;
    this.#redisKeys = redisKeys;
  }

  /**
   * The version of the content in Redis, and when it was read from OpenRouter (ms of Redis's
   * clock); undefined: none.
   */
  async readVersion(): Promise<
    { version: string; readAt: number } | undefined
  > {
    const [version, readAt] = await this.#redis.hmget(
      this.#redisKeys.catalogue,
      "version",
      "readAt",
    );
    return version ? { version, readAt: Number(readAt) } : undefined;
  }

  async read(): Promise<CatalogueContent | undefined> {
    const packed = await this.#redis.hgetBuffer(
      this.#redisKeys.catalogue,
      "content",
    );
    if (!packed) return undefined;
    const text = (await decompress(packed)).toString();
    return contentSchema.parse(JSON.parse(text));
  }

  async write(
    { list, former }: CatalogueContent,
    { version, readAt }: { version: string; readAt: number },
  ): Promise<void> {
    const content = { list, former: former.slice(-mostFormer) };
    const packed = await compress(JSON.stringify(content), fast);
    const key = this.#redisKeys.catalogue;
    await this.#redis
      .multi()
      .hset(key, { version, readAt, content: packed })
      .pexpire(key, keptMs)
      .exec();
  }

  /** Records that the list has not changed. */
  async renew(readAt: number): Promise<void> {
    const key = this.#redisKeys.catalogue;
    await this.#redis.multi().hset(key, { readAt }).pexpire(key, keptMs).exec();
  }

  /**
   * Lets one gateway read the list; the others wait for this long. @returns whether this gateway
   * may read it.
   */
  async takeLease(ms: number): Promise<boolean> {
    const key = this.#redisKeys.catalogueLease;
    return (await this.#redis.set(key, this.#holder, "PX", ms, "NX")) === "OK";
  }
}
