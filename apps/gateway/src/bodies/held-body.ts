import { GatewayError } from "../errors/gateway-error.ts";
import type { BodyBudget } from "./body-budget.ts";

const retryAfterMs = 1_000;

/**
 * The body of one request. The gateway holds the bytes only as long as they are needed: until Redis
 * has a large body, or until the last holder releases it.
 */
export class HeldBody {
  readonly size: number;
  /** The job under whose id Redis has the body; undefined until it has. */
  storedAs: string | undefined;
  #bytes: Buffer | undefined;
  #holders = 0;
  #release: (() => void) | undefined;

  /** @param release is called once, when the bytes are gone. */
  constructor(bytes: Buffer, release?: () => void) {
    this.#bytes = bytes;
    this.size = bytes.length;
    this.#release = release;
  }

  /** undefined when they are gone. */
  get bytes(): Buffer | undefined {
    return this.#bytes;
  }

  /** @throws {GatewayError} `body-lost`. */
  requireBytes(): Buffer {
    if (!this.#bytes) throw bodyLost();
    return this.#bytes;
  }

  /** Keeps the bytes until the returned function is called, or {@link HeldBody.drop} is. */
  hold(): () => void {
    this.#holders += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holders -= 1;
      if (this.#holders === 0) this.drop();
    };
  }

  /** Counts the bytes in another budget from now on, or drops them when it has no room. */
  countIn(budget: BodyBudget): void {
    if (!this.#bytes) return;
    const account = budget.open();
    const hasRoom = account.grow(this.size);
    this.#release?.();
    this.#release = account.release;
    if (!hasRoom) this.drop();
  }

  /** Drops the bytes. */
  drop(): void {
    this.#bytes = undefined;
    this.#release?.();
    this.#release = undefined;
  }
}

/** Why a request cannot be sent (again): its body does not exist any more. */
export function bodyLost(cause?: unknown): GatewayError {
  return new GatewayError(
    "body-lost",
    "The queue lost the request's body; the request was not sent",
    { cause, retryAfterMs },
  );
}
