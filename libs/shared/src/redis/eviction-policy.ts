import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { ConfigError } from "../config/load-config.ts";

/** The only policy under which Redis never removes a key by itself. */
const safePolicy = "noeviction";

/** Whether Redis may evict keys, which would lose requests and limits. */
export class EvictionPolicy {
  readonly #redis: Redis;
  readonly #logger: Logger;
  #policy: string | undefined;

  /** Reads the policy again at each connection: it may be another server. */
  constructor(redis: Redis, logger: Logger) {
    this.#redis = redis;
    this.#logger = logger;
    redis.on("ready", () => void this.#read());
  }

  /** What is wrong with the policy; undefined when nothing is, or it is unknown. */
  get problem(): string | undefined {
    if (this.#policy === undefined || this.#policy === safePolicy) {
      return undefined;
    }
    return `Redis may evict keys (maxmemory-policy ${this.#policy}): requests and limits can be lost; set ${safePolicy}`;
  }

  /**
   * Reads the policy at start, when Redis is there.
   *
   * @throws {ConfigError} when keys may be evicted and that is not accepted.
   */
  async check(options: { isRequired: boolean }): Promise<void> {
    if (this.#redis.status === "ready") await this.#read();
    if (options.isRequired && this.problem !== undefined) {
      throw new ConfigError(`REDIS_REQUIRE_NOEVICTION: ${this.problem}`);
    }
  }

  async #read(): Promise<void> {
    const before = this.problem;
    try {
      // Managed servers refuse CONFIG, and answer INFO.
      const info = await this.#redis.info("memory");
      this.#policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
    } catch (error) {
      this.#logger.debug({ err: error }, "Reading Redis's policy failed");
    }
    if (this.problem !== undefined && this.problem !== before) {
      this.#logger.error(this.problem);
    }
  }
}
