import type { FinalReply } from "@openrouter-free-pool/shared/replies/reply";
import type { Follower } from "./role.ts";
import type { SharedCall } from "./shared-call-store.ts";

/** A shared request that this process leads or follows, and its own requests that follow it. */
export class LocalCall {
  readonly call: SharedCall;
  readonly leads: boolean;
  readonly #onDeserted: () => void;
  readonly #outcome = Promise.withResolvers<FinalReply | undefined>();
  #followers = 0;
  #heardAt = performance.now();

  constructor(
    call: SharedCall,
    options: {
      leads: boolean;
      /** Called when the last of its followers has left. */
      onDeserted: () => void;
    },
  ) {
    this.call = call;
    this.leads = options.leads;
    this.#onDeserted = options.onDeserted;
    // There may be no listener for its failure.
    this.#outcome.promise.catch(() => undefined);
  }

  get isFollowed(): boolean {
    return this.#followers > 0;
  }

  /** How long Redis has said nothing about it, in ms. */
  get silentMs(): number {
    return performance.now() - this.#heardAt;
  }

  recordNews(): void {
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
    const { fingerprint } = this.call;
    return {
      role: "follower",
      fingerprint,
      outcome: this.#outcome.promise,
      leave,
    };
  }

  end(outcome: FinalReply | Error | undefined): void {
    if (outcome instanceof Error) this.#outcome.reject(outcome);
    else this.#outcome.resolve(outcome);
  }
}
