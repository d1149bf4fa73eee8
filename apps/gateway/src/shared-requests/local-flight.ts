import type { FinalReply } from "@openrouter-free-pool/shared/replies/reply";
import type { Flight } from "./flight-store.ts";
import type { Follower } from "./part.ts";

/** A shared request that this process leads or follows, and its own requests that follow it. */
export class LocalFlight {
  readonly flight: Flight;
  readonly leads: boolean;
  readonly #onDeserted: () => void;
  readonly #outcome = Promise.withResolvers<FinalReply | undefined>();
  #followers = 0;
  #heardAt = performance.now();

  constructor(
    flight: Flight,
    options: {
      leads: boolean;
      /** Called when the last of its followers has left. */
      onDeserted: () => void;
    },
  ) {
    this.flight = flight;
    this.leads = options.leads;
    this.#onDeserted = options.onDeserted;
    // Nobody may be there to see it fail.
    this.#outcome.promise.catch(() => undefined);
  }

  get isFollowed(): boolean {
    return this.#followers > 0;
  }

  /** For how long Redis has told nothing of it, in ms. */
  get silenceMs(): number {
    return performance.now() - this.#heardAt;
  }

  noteNews(): void {
    this.#heardAt = performance.now();
  }

  addFollower(): Follower {
    this.#followers += 1;
    let isHere = true;
    const leave = () => {
      if (!isHere) return;
      isHere = false;
      this.#followers -= 1;
      if (this.#followers === 0) this.#onDeserted();
    };
    const { note } = this.flight;
    return { role: "follower", note, outcome: this.#outcome.promise, leave };
  }

  end(outcome: FinalReply | Error | undefined): void {
    if (outcome instanceof Error) this.#outcome.reject(outcome);
    else this.#outcome.resolve(outcome);
  }
}
