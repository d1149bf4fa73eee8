import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { subscribe } from "@openrouter-free-pool/shared/redis/subscribe";
import {
  type Repetition,
  repeat,
} from "@openrouter-free-pool/shared/timers/repeat";
import { withFallback } from "@openrouter-free-pool/shared/timers/with-timeout";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { ClientDirectory, ClientNews } from "./client-directory.ts";
import { type ClientStore, readNews } from "./client-store.ts";

/** Messages can be missed while a connection breaks; a change takes this long at most then. */
const pollMs = 1_000;

/** Keeps a gateway's clients equal to those in Redis: by a message for each change, and by polling. */
export class DirectorySync {
  readonly #redis: Redis;
  readonly #channel: string;
  readonly #store: ClientStore;
  readonly #directory: ClientDirectory;
  readonly #logger: Logger;
  readonly #known = Promise.withResolvers<boolean>();
  #polling: Repetition | undefined;
  #loading: Promise<void> | undefined;
  #isStale = false;
  #hasWarned = false;

  constructor(deps: {
    redis: Redis;
    redisKeys: RedisKeys;
    store: ClientStore;
    directory: ClientDirectory;
    logger: Logger;
  }) {
    this.#redis = deps.redis;
    this.#channel = deps.redisKeys.clientNews;
    this.#store = deps.store;
    this.#directory = deps.directory;
    this.#logger = deps.logger;
  }

  /** Reads all clients if Redis is there, and subscribes to changes. */
  async start(subscriber: Redis): Promise<void> {
    subscriber.on("message", (from: string, message: string) => {
      if (from === this.#channel) this.#hear(message);
    });
    subscriber.on("ready", this.#onReady);
    this.#redis.on("ready", this.#onReady);
    // Not awaited: without Redis it would never resolve.
    subscribe(subscriber, this.#channel).then(this.#onReady, (err: unknown) =>
      this.#logger.warn({ err }, "Subscribing to news of clients failed"),
    );
    this.#polling = repeat(() => this.#poll(), {
      intervalMs: pollMs,
      name: "Looking for clients",
      logger: this.#logger,
    });
    await this.#load().catch(this.#warn);
  }

  /** Waits until the clients are known. @returns whether they are. */
  async untilKnown(timeoutMs: number): Promise<boolean> {
    if (this.#directory.isKnown) return true;
    return withFallback(this.#known.promise, timeoutMs, false);
  }

  async stop(): Promise<void> {
    this.#known.resolve(false);
    this.#redis.off("ready", this.#onReady);
    await this.#polling?.stop();
    await this.#loading?.catch(() => undefined);
  }

  /** Applies a change that was made here, or received. */
  take(news: ClientNews): void {
    if (!this.#directory.apply(news)) this.#load().catch(this.#warn);
  }

  #hear(message: string): void {
    const news = readNews(message);
    if (news) this.take(news);
    else this.#load().catch(this.#warn);
  }

  readonly #onReady = (): void => void this.#load().catch(this.#warn);

  readonly #warn = (err: unknown): void => {
    this.#logger.warn({ err }, "Reading the clients failed; it is tried again");
  };

  async #poll(): Promise<void> {
    if (this.#redis.status !== "ready") return;
    const isNews =
      !this.#directory.isKnown ||
      (await this.#store.readVersion()) !== this.#directory.version;
    if (isNews) await this.#load();
  }

  /** Reads all clients; once more when a read is under way: that one may have missed something. */
  #load(): Promise<void> {
    this.#isStale = true;
    this.#loading ??= this.#readUntilFresh();
    return this.#loading;
  }

  async #readUntilFresh(): Promise<void> {
    try {
      while (this.#isStale) {
        this.#isStale = false;
        await this.#read();
      }
    } finally {
      // In the step that finds nothing stale: who asks from now on is not told of this reading.
      this.#loading = undefined;
    }
  }

  async #read(): Promise<void> {
    // Without Redis the known clients stay in force.
    if (this.#redis.status !== "ready") return;
    const { version } = this.#directory;
    const read = await this.#store.readAll();
    // What was read may lack a change that was received in the meantime.
    if (this.#directory.version !== version) return this.#read();
    const isWhole = this.#directory.replaceAll(read.records, read.version);
    if (!isWhole && !this.#hasWarned) {
      this.#logger.error(
        "Redis has lost all clients; requests are refused until an operator makes new ones or opens the pool",
      );
    }
    this.#hasWarned = !isWhole;
    this.#known.resolve(true);
  }
}
