/**
 * Spreads the jobs of a cooling model over the time after its cooldown, at the pace at which the
 * pool can serve them. Otherwise thousands of jobs would come back at one instant, only to be
 * delayed again.
 */
export class DeferralSpread {
  readonly #stepMs: () => number;
  readonly #byModel = new Map<string, { endsAt: number; deferred: number }>();

  /** @param stepMs time between two slots of the whole pool as it is now. */
  constructor(stepMs: () => number) {
    this.#stepMs = stepMs;
  }

  /** Extra delay in ms for the next job of a model that cools down for `cooldownMs`. */
  next(model: string, cooldownMs: number): number {
    const now = Date.now();
    const known = this.#byModel.get(model);
    if (known && known.endsAt > now) {
      known.deferred += 1;
      return known.deferred * this.#stepMs();
    }
    for (const [name, { endsAt }] of this.#byModel) {
      if (endsAt <= now) this.#byModel.delete(name);
    }
    this.#byModel.set(model, { endsAt: now + cooldownMs, deferred: 0 });
    return 0;
  }
}
