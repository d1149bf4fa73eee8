/** The part of the budget that is reserved for small bodies. */
const shareForSmall = 1 / 8;
/** A body up to this size is small, in bytes. */
const smallBodyBytes = 64 * 1024;

/**
 * Bounds the bytes of all bodies that this gateway holds at a time. Large bodies leave some room
 * for small ones, so that a few uploads do not block everybody.
 */
export class BodyBudget {
  readonly #totalBytes: number;
  readonly #largeBytes: number;
  #usedBytes = 0;

  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes;
    this.#largeBytes = Math.floor(totalBytes * (1 - shareForSmall));
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Whether there is room for `more` bytes of a body that has `size` bytes afterwards. */
  hasRoom(more: number, size: number): boolean {
    const most = size > smallBodyBytes ? this.#largeBytes : this.#totalBytes;
    return this.#usedBytes + more <= most;
  }

  /** Counts a body whose size grows until it is released. */
  open(): BodyAccount {
    let size = 0;
    return {
      grow: (bytes) => {
        if (!this.hasRoom(bytes, size + bytes)) return false;
        size += bytes;
        this.#usedBytes += bytes;
        return true;
      },
      release: () => {
        this.#usedBytes -= size;
        size = 0;
      },
    };
  }
}

/** The bytes that one body takes of a {@link BodyBudget}. */
export type BodyAccount = {
  /** Counts more bytes. @returns whether there was room for them. */
  grow(bytes: number): boolean;
  /** Returns all its bytes; idempotent. */
  release(): void;
};
