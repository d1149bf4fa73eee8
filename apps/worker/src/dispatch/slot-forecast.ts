/** However long a slot is away, look again after this: keys may have been added. */
const longestRestMs = 5_000;

/**
 * Holds a worker back while no account has a free slot, so that waiting jobs are
 * neither fetched nor bounced.
 */
export class RestGate {
  /** How many more jobs could go out at this moment, as far as is known. */
  room = 0;
  #opensAt = 0;
  #wake: (() => void) | undefined;

  /** Notes when the next slot is free, in ms from now; the newest word counts. */
  closeFor(ms: number): void {
    if (ms > 0) this.room = 0;
    this.#opensAt = performance.now() + Math.min(ms, longestRestMs);
  }

  /** Opens at once: slots may have become free, or the worker stops. */
  open(): void {
    this.#opensAt = 0;
    this.#wake?.();
  }

  /** Resolves when the next slot is due. */
  async pass(): Promise<void> {
    for (;;) {
      const restMs = this.#opensAt - performance.now();
      if (restMs <= 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.ceil(restMs));
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
  }
}
