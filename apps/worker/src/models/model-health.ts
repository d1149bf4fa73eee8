/** So many requests in a row that failed, without an answer between them, and the model is not called for a while. */
const mostFailures = 5;
/** Clients may ask for any model; the oldest are forgotten. */
const mostModels = 1_000;
/** A proof holds for an hour, for all workers; each renews it this often at most. */
const renewProofMs = 600_000;

type Health = {
  failuresInARow: number;
  /** The request that failed last: its other tries say nothing more of the model. */
  failedLast: string | undefined;
  provenAt: number | undefined;
};

/** What this worker has seen of models lately. */
export class ModelHealth {
  readonly #byModel = new Map<string, Health>();

  /**
   * Records that a model is there.
   *
   * @returns whether the fleet is to be told: it has not been for a while.
   */
  recordLife(model: string, now = performance.now()): boolean {
    const health = this.#find(model);
    const { provenAt } = health;
    if (provenAt !== undefined && now - provenAt < renewProofMs) return false;
    health.provenAt = now;
    return true;
  }

  recordAnswer(model: string): void {
    this.#find(model).failuresInARow = 0;
  }

  /**
   * Records that a model failed at a request.
   *
   * @returns whether it is to cool down, and to be called once before it is called by many.
   */
  recordFailure(model: string, requestId: string): boolean {
    const health = this.#find(model);
    if (health.failedLast !== requestId) health.failuresInARow += 1;
    health.failedLast = requestId;
    const isOpen = health.failuresInARow >= mostFailures;
    if (isOpen) this.forgetProof(model);
    return isOpen;
  }

  /** The next sign of life is told to the fleet again. */
  forgetProof(model: string): void {
    this.#find(model).provenAt = undefined;
  }

  forget(model: string): void {
    this.#byModel.delete(model);
  }

  #find(model: string): Health {
    const known = this.#byModel.get(model);
    if (known) return known;
    const health: Health = {
      failuresInARow: 0,
      failedLast: undefined,
      provenAt: undefined,
    };
    const [oldest] = this.#byModel.keys();
    if (this.#byModel.size >= mostModels && oldest !== undefined) {
      this.#byModel.delete(oldest);
    }
    this.#byModel.set(model, health);
    return health;
  }
}
