import type {
  StreamDataReply,
  StreamEndReply,
  StreamStartReply,
} from "@openrouter-free-pool/shared/replies/reply";
import { streamWindowBytes } from "@openrouter-free-pool/shared/replies/stream-credit";

/** One reply carries at most this much. */
const mostBytesPerReply = 64 * 1024;

type Unnumbered<R> = R extends unknown ? Omit<R, "call" | "sequence"> : never;
type Chunk = Unnumbered<StreamStartReply | StreamDataReply | StreamEndReply>;

/** Sends one chunk of the stream. */
export type SendChunk = (
  chunk: StreamStartReply | StreamDataReply | StreamEndReply,
) => Promise<void>;

/**
 * The replies of one streamed call: numbers them, and collects bytes while a reply is being sent.
 */
export class ReplyStream {
  readonly #call: number;
  readonly #send: SendChunk;
  readonly #waitForTaken: (bytes: number) => Promise<void>;
  #sequence = 0;
  #pending: Buffer[] = [];
  #totalBytes = 0;
  #isFirstEventPending = false;
  #hasBegun = false;
  #sending: Promise<void> | undefined;
  #failure: { readonly cause: unknown } | undefined;

  constructor(options: {
    /** 1-based number of the call among those of its request. */
    call: number;
    send: SendChunk;
    /** Waits until the client has taken so many bytes in all. */
    waitForTaken: (bytes: number) => Promise<void>;
  }) {
    this.#call = options.call;
    this.#send = options.send;
    this.#waitForTaken = options.waitForTaken;
  }

  /** Whether the client may have seen an event. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  async start(chunk: Unnumbered<StreamStartReply>): Promise<void> {
    await this.#sendChunk(chunk);
  }

  /** Passes bytes on; resolves when there is room for more. */
  async write(bytes: Buffer): Promise<void> {
    this.#throwIfFailed();
    this.#pending.push(bytes);
    this.#totalBytes += bytes.length;
    this.#sending ??= this.#sendPending();
    const behind = this.#totalBytes - streamWindowBytes;
    if (behind > 0) {
      await this.flush();
      await this.#waitForTaken(behind);
    }
  }

  /** Like {@link write}, for the bytes with the first content; fails at once when they cannot be sent. */
  async begin(bytes: Buffer): Promise<void> {
    await this.flush();
    this.#hasBegun = true;
    this.#isFirstEventPending = true;
    await this.write(bytes);
    await this.flush();
  }

  async end(): Promise<void> {
    await this.flush();
    await this.#sendChunk({ kind: "stream-end" });
  }

  /** Resolves when everything that was written has been sent. */
  async flush(): Promise<void> {
    while (this.#sending) await this.#sending;
    this.#throwIfFailed();
  }

  /** Never rejects: a failure is thrown by the next write. */
  async #sendPending(): Promise<void> {
    try {
      while (this.#pending.length > 0) {
        const all = Buffer.concat(this.#pending);
        const body = all.subarray(0, mostBytesPerReply);
        const rest = all.subarray(body.length);
        this.#pending = rest.length > 0 ? [rest] : [];
        await this.#sendChunk(this.#toData(body));
      }
    } catch (cause) {
      this.#failure = { cause };
    } finally {
      this.#sending = undefined;
    }
  }

  #throwIfFailed(): void {
    if (this.#failure) throw this.#failure.cause;
  }

  #toData(body: Buffer): Unnumbered<StreamDataReply> {
    const isBeginning = this.#isFirstEventPending;
    this.#isFirstEventPending = false;
    return {
      kind: "stream-data",
      ...(isBeginning ? { isBeginning } : {}),
      body,
    };
  }

  async #sendChunk(chunk: Chunk): Promise<void> {
    const position = { call: this.#call, sequence: this.#sequence++ };
    await this.#send({ ...chunk, ...position });
  }
}
