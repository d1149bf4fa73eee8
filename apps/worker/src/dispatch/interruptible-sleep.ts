/** Lets one sleeper be woken early. */
export class InterruptibleSleep {
  #wake: (() => void) | undefined;

  /** Resolves when it is woken, or after `ms` if given. */
  sleep(ms?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer =
        ms === undefined ? undefined : setTimeout(() => this.wake(), ms);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }

  /** Wakes the sleeper; nothing happens when nobody sleeps. */
  wake(): void {
    this.#wake?.();
  }
}
