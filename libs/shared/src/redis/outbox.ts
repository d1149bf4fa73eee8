import { randomUUID } from "node:crypto";
import type { RedisKeys } from "./keys.ts";

/** What says whether a piece has been written; scripts look at it with `written.lua`. */
export type Stamp = { readonly key: string; readonly number: number };

/**
 * Pieces that are written to Redis in order, each once: when a connection breaks, nobody knows whether its last command
 * was executed, and it is sent again. So each piece has a number, and Redis keeps that of the last one.
 */
export class Outbox<Piece> {
  readonly #key: string;
  readonly #write: (piece: Piece, stamp: Stamp) => Promise<unknown>;
  readonly #pieces: { piece: Piece; stamp: Stamp }[] = [];
  #count = 0;
  #sending: Promise<unknown> = Promise.resolve();

  /** @param write runs a script that does nothing when the stamp says that it was done before. */
  constructor(
    redisKeys: Pick<RedisKeys, "lastWritten">,
    write: (piece: Piece, stamp: Stamp) => Promise<unknown>,
  ) {
    this.#key = redisKeys.lastWritten(randomUUID());
    this.#write = write;
  }

  put(piece: Piece): void {
    this.#count += 1;
    this.#pieces.push({
      piece,
      stamp: { key: this.#key, number: this.#count },
    });
  }

  /** Writes all pieces. A piece that cannot be written, and those behind it, stay for the next time. */
  send(): Promise<void> {
    const sent = this.#sending.then(() => this.#sendAll());
    this.#sending = sent.catch(() => undefined);
    return sent;
  }

  async #sendAll(): Promise<void> {
    for (;;) {
      const [first] = this.#pieces;
      if (!first) return;
      await this.#write(first.piece, first.stamp);
      this.#pieces.shift();
    }
  }
}
