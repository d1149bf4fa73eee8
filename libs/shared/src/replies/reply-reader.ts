import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { decodeReply, type Reply } from "./reply.ts";

const blockMs = 5_000;
const entriesPerRead = 100;
/** Read entries are cut off when this many have gathered, or on an idle read. */
const trimEvery = 100;
const trimBytes = 4 * 1024 * 1024;
const pauseAfterErrorMs = 200;

/** Receives each reply once, in the order in which the workers sent them. */
export type ReplyListener = (jobId: string, reply: Reply) => void;

/**
 * Reads this gateway's stream of replies over one blocking connection of its own.
 *
 * A stream keeps what was sent while the connection was down, so no reply is
 * missed: the reader goes on behind the last entry that it handed over.
 */
export class ReplyReader {
  readonly #redis: Redis;
  readonly #streamKey: string;
  readonly #listener: ReplyListener;
  readonly #logger: Logger;
  #lastId = "0-0";
  #untrimmed = 0;
  #untrimmedBytes = 0;
  #isStopped = false;
  #running: Promise<void> | undefined;

  constructor(options: {
    redis: Redis;
    streamKey: string;
    listener: ReplyListener;
    logger: Logger;
  }) {
    this.#redis = options.redis;
    this.#streamKey = options.streamKey;
    this.#listener = options.listener;
    this.#logger = options.logger;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Stops reading; the connection is closed, since it may be blocked. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#redis.disconnect();
    await this.#running;
  }

  /** Hands over everything that is on the stream at this moment, over another connection. */
  async catchUp(redis: Redis): Promise<void> {
    const entries = await redis.xrangeBuffer(
      this.#streamKey,
      `(${this.#lastId}`,
      "+",
    );
    this.#handOver(entries as StreamEntry[]);
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        const reply = await this.#redis.xreadBuffer(
          "COUNT",
          entriesPerRead,
          "BLOCK",
          blockMs,
          "STREAMS",
          this.#streamKey,
          this.#lastId,
        );
        const entries = (reply?.[0]?.[1] ?? []) as StreamEntry[];
        this.#handOver(entries);
        await this.#trim(entries.length === 0);
      } catch (error) {
        if (this.#isStopped) return;
        this.#logger.warn({ err: error }, "Reading replies failed");
        await sleep(pauseAfterErrorMs);
      }
    }
  }

  #handOver(entries: readonly StreamEntry[]): void {
    for (const [idBytes, fields] of entries) {
      const id = idBytes.toString();
      // Another read may have handed it over already.
      if (!isAfter(id, this.#lastId)) continue;
      this.#lastId = id;
      this.#untrimmed += 1;
      const [, jobId, , head, , body] = fields;
      if (!jobId || !head || !body) continue;
      this.#untrimmedBytes += body.length;
      this.#listener(jobId.toString(), decodeReply(head.toString(), body));
    }
  }

  async #trim(isIdle: boolean): Promise<void> {
    const isDue =
      this.#untrimmed >= trimEvery || this.#untrimmedBytes >= trimBytes;
    if (!isDue && !(isIdle && this.#untrimmed > 0)) return;
    this.#untrimmed = 0;
    this.#untrimmedBytes = 0;
    const [ms, sequence] = this.#lastId.split("-");
    await this.#redis.xtrim(
      this.#streamKey,
      "MINID",
      `${ms}-${Number(sequence) + 1}`,
    );
  }
}

type StreamEntry = [id: Buffer, fields: Buffer[]];

function isAfter(id: string, other: string): boolean {
  const [ms = 0, sequence = 0] = id.split("-").map(Number);
  const [otherMs = 0, otherSequence = 0] = other.split("-").map(Number);
  return ms > otherMs || (ms === otherMs && sequence > otherSequence);
}
