import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { subscribe } from "@openrouter-free-pool/shared/redis/subscribe";
import {
  parseCredit,
  readTaken,
} from "@openrouter-free-pool/shared/replies/stream-credit";
import type { Redis } from "ioredis";

/** Messages can be missed; after so long the stored figure is read. */
const askAfterMs = 1_000;

/** The client of a stream has taken nothing for too long. */
export class ReaderStalledError extends Error {
  override name = "ReaderStalledError";
}

type Credit = { takenBytes: number; wake: () => void };

/** Tracks how much of each stream its client has taken. */
export class StreamCredits {
  readonly #redis: Redis;
  readonly #redisKeys: RedisKeys;
  readonly #stallMs: number;
  readonly #byJob = new Map<string, Credit>();

  constructor(deps: { redis: Redis; redisKeys: RedisKeys; stallMs: number }) {
    this.#redis = deps.redis;
    this.#redisKeys = deps.redisKeys;
    this.#stallMs = deps.stallMs;
  }

  /** Listens on a connection of its own. */
  async listen(subscriber: Redis, workerId: string): Promise<void> {
    const channel = this.#redisKeys.workerCredits(workerId);
    subscriber.on("message", (from: string, message: string) => {
      const credit = from === channel ? parseCredit(message) : undefined;
      if (credit) this.#record(credit.jobId, credit.takenBytes);
    });
    await subscribe(subscriber, channel);
  }

  open(jobId: string): void {
    this.#byJob.set(jobId, { takenBytes: 0, wake: () => undefined });
  }

  close(jobId: string): void {
    this.#byJob.get(jobId)?.wake();
    this.#byJob.delete(jobId);
  }

  /**
   * Waits until the client has taken so much of the stream, or the stream is closed.
   *
   * @throws {ReaderStalledError} when the client takes nothing for too long.
   */
  async waitForTaken(jobId: string, bytes: number): Promise<void> {
    let progressAt = performance.now();
    let known = 0;
    for (;;) {
      const credit = this.#byJob.get(jobId);
      if (!credit || credit.takenBytes >= bytes) return;
      if (credit.takenBytes > known) {
        known = credit.takenBytes;
        progressAt = performance.now();
      }
      if (performance.now() - progressAt > this.#stallMs) {
        throw new ReaderStalledError("The client stopped reading the stream");
      }
      if (await this.#sleepUntilNews(credit)) continue;
      this.#record(jobId, await readTaken(this.#redis, this.#redisKeys, jobId));
    }
  }

  #record(jobId: string, takenBytes: number): void {
    const credit = this.#byJob.get(jobId);
    if (!credit || credit.takenBytes >= takenBytes) return;
    credit.takenBytes = takenBytes;
    credit.wake();
  }

  /** @returns whether a message came. */
  #sleepUntilNews(credit: Credit): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), askAfterMs);
      credit.wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}
