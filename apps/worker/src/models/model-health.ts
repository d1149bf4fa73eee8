/** After so many failed requests in a row, without an answer between them, a model cools down. */
const mostFailures = 5;
/** Clients may ask for any model; the oldest are forgotten. */
const mostModels = 1_000;
/** A proof holds for an hour, for all workers; each renews it this often at most. */
const renewProofMs = 600_000;

type Health = {
  failuresInARow: number;
  /** The request that failed last: its other attempts say nothing more of the model. */
  failedLast: string | undefined;
  provenAt: number | undefined;
};

/** What this worker has seen of models lately. */
export class ModelHealth {
  readonly #byModel = new Map<string, Health>();

  /**
   * Records that a model answers.
   *
   * @returns whether the other workers are to be told: the proof is due to be renewed.
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
   * @returns whether it is to cool down, and to be called once before it is called by many again.
   */
  recordFailure(model: string, requestId: string): boolean {
    const health = this.#find(model);
    if (health.failedLast !== requestId) health.failuresInARow += 1;
    health.failedLast = requestId;
    const isOpen = health.failuresInARow >= mostFailures;
    if (isOpen) this.forgetProof(model);
    return isOpen;
  }

  /** The next answer of the model renews its proof for all workers. */
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
