import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import {
  loadScript,
  runScript,
  runScriptForBytes,
} from "@openrouter-free-pool/shared/redis/script";
import {
  type AnswerReply,
  decodeReply,
  encodeReply,
} from "@openrouter-free-pool/shared/replies/reply";
import { withTimeout } from "@openrouter-free-pool/shared/timers/with-timeout";
import type { Redis } from "ioredis";
import type { Logger } from "pino";

const findScript = loadScript(new URL("./find.lua", import.meta.url));
const keepScript = loadScript(new URL("./keep.lua", import.meta.url));

/** Memory in Redis for an entry in addition to its text, approximately. */
const entryOverheadBytes = 500;
const timeoutMs = 1_000;

/** Bounds of the response cache, in time and bytes. */
export type CacheLimits = {
  readonly ttlMs: number;
  /** Of all answers together; the least recently used ones are evicted. */
  readonly maxBytes: number;
  /** Of one answer; a larger one is not kept. */
  readonly maxEntryBytes: number;
};

type CacheVariables = {
  readonly RESPONSE_CACHE_TTL_SECONDS: number;
  readonly RESPONSE_CACHE_MAX_BYTES: number;
  readonly RESPONSE_CACHE_MAX_ENTRY_BYTES: number;
};

/** Gathers the cache's settings. */
export function readCacheLimits(config: CacheVariables): CacheLimits {
  return {
    ttlMs: config.RESPONSE_CACHE_TTL_SECONDS * 1_000,
    maxBytes: config.RESPONSE_CACHE_MAX_BYTES,
    maxEntryBytes: config.RESPONSE_CACHE_MAX_ENTRY_BYTES,
  };
}

/** Kept answers in Redis. It never throws: without Redis there are none. */
export class ResponseStore {
  readonly #redis: Redis;
  readonly #redisKeys: RedisKeys;
  readonly #limits: CacheLimits;
  readonly #logger: Logger;

  constructor(deps: {
    redis: Redis;
    redisKeys: RedisKeys;
    limits: CacheLimits;
    logger: Logger;
  }) {
    this.#redis = deps.redis;
    this.#redisKeys = deps.redisKeys;
    this.#limits = deps.limits;
    this.#logger = deps.logger;
  }

  async find(id: string): Promise<AnswerReply | undefined> {
    const { cacheEntryPrefix, cacheUses } = this.#redisKeys;
    const keys = [cacheEntryPrefix + id, cacheUses];
    const found = await this.#try(() =>
      runScriptForBytes(this.#redis, findScript, keys, [id]),
    );
    const [head, body] = (found ?? []) as Buffer[];
    if (!head || !body) return undefined;
    const reply = decodeReply(head.toString(), body);
    return reply.kind === "answer" ? reply : undefined;
  }

  async keep(id: string, answer: AnswerReply): Promise<void> {
    const { ttlMs, maxBytes, maxEntryBytes } = this.#limits;
    const { head, body } = encodeReply(answer);
    const size = Buffer.byteLength(head) + body.length + entryOverheadBytes;
    if (size > Math.min(maxEntryBytes, maxBytes)) return;
    const prefix = this.#redisKeys.cacheEntryPrefix;
    const { cacheUses, cacheExpiries, cacheSizes } = this.#redisKeys;
    await this.#try(() =>
      runScript(
        this.#redis,
        keepScript,
        [prefix + id, cacheUses, cacheExpiries, cacheSizes],
        [id, prefix, head, body, size, ttlMs, maxBytes],
      ),
    );
  }

  async #try(command: () => Promise<unknown>): Promise<unknown> {
    try {
      return await withTimeout(command(), timeoutMs);
    } catch (error) {
      this.#logger.debug({ err: error }, "The response cache failed");
      return undefined;
    }
  }
}
