import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { subscribe } from "../redis/subscribe.ts";
import { type PushedReply, parsePushedReply } from "./pushed-reply.ts";
import {
  beforeAllReplies,
  nextReplyId,
  readReplies,
  type StoredReply,
} from "./read-replies.ts";
import type { Reply, UnknownReply } from "./reply.ts";

const repliesPerRead = 100;
/** Delivered replies are removed from the stream when there are so many of them, or after some time. */
const trimEvery = 100;
const trimBytes = 4 * 1024 * 1024;
/** How often the stream is read without a push: a connection may be dead without a sign. */
const checkEveryMs = 5_000;
const pauseAfterErrorMs = 200;
/** Each unknown kind is logged once, up to this many. */
const mostUnknownNames = 20;

/**
 * Receives each reply in the order in which the workers sent them; once, except for the last ones
 * before a lost connection to Redis, which may come again.
 */
type ReplyListener = (jobId: string, reply: Reply) => void;

/**
 * Delivers the replies to this gateway. Each of them is on a stream, which keeps what is sent while
 * a connection is down, and is also pushed, which costs no command. While the reader listens
 * without a break, the pushed replies are complete; after each break it first reads the stream, and
 * pushed replies wait meanwhile.
 */
export class ReplyReader {
  readonly #subscriber: Redis;
  readonly #redis: Redis;
  readonly #streamKey: string;
  readonly #listener: ReplyListener;
  readonly #logger: Logger;
  #lastId = beforeAllReplies;
  #mustBeginAnew = false;
  #isListening = false;
  #mustRead = false;
  #reading: Promise<void> | undefined;
  #held: PushedReply[] = [];
  #untrimmed = 0;
  #untrimmedBytes = 0;
  #isStopped = false;
  #checking: NodeJS.Timeout | undefined;
  readonly #unknownNames = new Set<string>();

  constructor(options: {
    /** A connection of its own. */
    subscriber: Redis;
    redis: Redis;
    streamKey: string;
    listener: ReplyListener;
    logger: Logger;
  }) {
    this.#subscriber = options.subscriber;
    this.#redis = options.redis;
    this.#streamKey = options.streamKey;
    this.#listener = options.listener;
    this.#logger = options.logger;
  }

  start(): void {
    const subscriber = this.#subscriber;
    subscriber.on("messageBuffer", (_channel: Buffer, message: Buffer) =>
      this.#receive(parsePushedReply(message)),
    );
    subscriber.on("ready", () => void this.#listen());
    subscriber.on("close", () => {
      this.#isListening = false;
    });
    if (subscriber.status === "ready") void this.#listen();
    this.#redis.on("ready", this.#beginAnew);
    this.#checking = setInterval(() => void this.#check(), checkEveryMs);
  }

  /** Stops reading; the connection that it listened on is closed. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#checking);
    this.#redis.off("ready", this.#beginAnew);
    this.#subscriber.disconnect();
    await this.#reading;
  }

  /**
   * The stream may be on another server now, whose ids may be lower than those of the former one:
   * the whole stream is delivered, some of it for the second time.
   */
  readonly #beginAnew = (): void => {
    this.#mustBeginAnew = true;
    void this.catchUp();
  };

  /** Delivers everything that is on the stream now. */
  catchUp(): Promise<void> {
    this.#mustRead = true;
    this.#reading ??= this.#read();
    return this.#reading;
  }

  async #listen(): Promise<void> {
    try {
      await subscribe(this.#subscriber, this.#streamKey);
    } catch (error) {
      if (this.#isStopped) return;
      this.#logger.warn({ err: error }, "Listening for replies failed");
      return;
    }
    this.#isListening = true;
    await this.catchUp();
  }

  #receive(pushed: PushedReply): void {
    // Replies that arrive before the subscription is confirmed are read from the stream.
    if (!this.#isListening) return;
    if (this.#reading) this.#held.push(pushed);
    else if (pushed.stored) this.#handOver(pushed.stored);
    else void this.catchUp();
  }

  async #read(): Promise<void> {
    while (this.#mustRead && !this.#isStopped) {
      this.#mustRead = false;
      this.#held = [];
      if (this.#mustBeginAnew) {
        this.#mustBeginAnew = false;
        this.#lastId = beforeAllReplies;
      }
      try {
        await this.#readStream();
        this.#takeHeld();
      } catch (error) {
        this.#logger.debug({ err: error }, "Reading replies failed");
        this.#mustRead = true;
        await sleep(pauseAfterErrorMs);
      }
    }
    // In the step that finds nothing left to read: who asks from now on is not told of this reading.
    this.#reading = undefined;
  }

  async #readStream(): Promise<void> {
    for (;;) {
      const options = { after: this.#lastId, count: repliesPerRead };
      const found = await readReplies(this.#redis, this.#streamKey, options);
      for (const stored of found) this.#handOver(stored);
      if (found.length < repliesPerRead) return;
    }
  }

  #takeHeld(): void {
    for (const { id, stored } of this.#held) {
      if (!isAfter(id, this.#lastId)) continue;
      if (!stored) {
        this.#mustRead = true;
        return;
      }
      this.#handOver(stored);
    }
  }

  #handOver({ id, jobId, reply }: StoredReply): void {
    // A pushed reply may have been read before.
    if (!isAfter(id, this.#lastId)) return;
    this.#lastId = id;
    this.#untrimmed += 1;
    if ("body" in reply) this.#untrimmedBytes += reply.body.length;
    if (reply.kind === "unknown") this.#warnOnce(reply);
    else this.#listener(jobId, reply);
    const isDue =
      this.#untrimmed >= trimEvery || this.#untrimmedBytes >= trimBytes;
    if (isDue) void this.#trim();
  }

  /** A newer worker sends a kind of message that this version does not know. */
  #warnOnce({ name }: UnknownReply): void {
    if (this.#unknownNames.size >= mostUnknownNames) return;
    if (this.#unknownNames.has(name)) return;
    this.#unknownNames.add(name);
    this.#logger.warn({ reply: name }, "Ignoring an unknown kind of reply");
  }

  async #check(): Promise<void> {
    await this.catchUp();
    if (this.#untrimmed > 0) await this.#trim();
  }

  async #trim(): Promise<void> {
    this.#untrimmed = 0;
    this.#untrimmedBytes = 0;
    await this.#redis
      .xtrim(this.#streamKey, "MINID", nextReplyId(this.#lastId))
      .catch((error: unknown) =>
        this.#logger.debug({ err: error }, "Trimming replies failed"),
      );
  }
}

function isAfter(id: string, other: string): boolean {
  const [ms = 0, sequence = 0] = id.split("-").map(Number);
  const [otherMs = 0, otherSequence = 0] = other.split("-").map(Number);
  return ms > otherMs || (ms === otherMs && sequence > otherSequence);
}
