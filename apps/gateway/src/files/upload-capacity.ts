import { GatewayError } from "../errors/gateway-error.ts";

/** Bounds of the uploads that one gateway accepts at a time. */
type UploadBounds = {
  readonly uploads: number;
  readonly uploadsPerClient: number;
  /** Memory that all of them may hold; one client may hold half of it. */
  readonly heldBytes: number;
};

/** The share of one unfinished upload. */
export type UploadShare = {
  /**
   * Records how much the upload holds in memory now.
   *
   * @returns whether it may hold that much.
   */
  hold(bytes: number): boolean;
  /** Returns everything; idempotent. */
  close(): void;
};

type Use = { uploads: number; bytes: number };

/** Every upload may hold this much, however much the others hold: it could not be written with less. */
const alwaysHeldBytes = 256 * 1024;
const retryAfterMs = 10_000;

/** Bounds unfinished uploads, in count and in memory, per client and in total. */
export class UploadCapacity {
  readonly #bounds: UploadBounds;
  readonly #total: Use = { uploads: 0, bytes: 0 };
  readonly #clients = new Map<string, Use>();

  constructor(bounds: UploadBounds) {
    this.#bounds = bounds;
  }

  /**
   * Begins an upload.
   *
   * @param client the name of a client key, or an address.
   * @throws {GatewayError} `client-uploads-full`, `uploads-full`.
   */
  open(client: string): UploadShare {
    const total = this.#total;
    const use = this.#clients.get(client) ?? { uploads: 0, bytes: 0 };
    if (use.uploads >= this.#bounds.uploadsPerClient) {
      throw new GatewayError(
        "client-uploads-full",
        `${use.uploads} uploads of this client are unfinished`,
        { retryAfterMs },
      );
    }
    if (total.uploads >= this.#bounds.uploads) throw uploadsFull();
    this.#clients.set(client, use);
    total.uploads += 1;
    use.uploads += 1;

    let held = 0;
    let isOpen = true;
    return {
      hold: (bytes) => {
        total.bytes += bytes - held;
        use.bytes += bytes - held;
        held = bytes;
        return (
          bytes <= alwaysHeldBytes ||
          (total.bytes <= this.#bounds.heldBytes &&
            use.bytes <= this.#bounds.heldBytes / 2)
        );
      },
      close: () => {
        if (!isOpen) return;
        isOpen = false;
        total.bytes -= held;
        use.bytes -= held;
        total.uploads -= 1;
        use.uploads -= 1;
        if (use.uploads === 0) this.#clients.delete(client);
      },
    };
  }
}

/** Too many uploads are unfinished, or they hold too much. */
export function uploadsFull(): GatewayError {
  return new GatewayError(
    "uploads-full",
    "Too many uploads are unfinished on this gateway",
    { retryAfterMs },
  );
}
