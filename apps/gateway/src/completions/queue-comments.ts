import { withFallback } from "@openrouter-free-pool/shared/timers/with-timeout";

/** How long Redis may take to tell the place; without it the comment says 0. */
const placeTimeoutMs = 1_000;

/** The keep-alive of a stream that waits: comments with its place in line, until they are stopped. */
export class QueueComments {
  readonly #everyMs: number;
  readonly #readPlace: () => Promise<number | undefined>;
  readonly #write: (comment: string) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: {
    everyMs: number;
    /** The place in line, from 1 on; undefined when the request is not in line. */
    readPlace: () => Promise<number | undefined>;
    write: (comment: string) => void;
  }) {
    this.#everyMs = options.everyMs;
    this.#readPlace = options.readPlace;
    this.#write = options.write;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#comment(), this.#everyMs);
  }

  /** No comment follows, also none whose place is being read. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #comment(): Promise<void> {
    const place = await withFallback(
      this.#readPlace().catch(() => undefined),
      placeTimeoutMs,
      undefined,
    );
    if (this.#timer) this.#write(`queued position=${place ?? 0}`);
  }
}
