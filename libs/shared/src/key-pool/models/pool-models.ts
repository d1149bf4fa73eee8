import type { PoolStore } from "../store/pool-store.ts";
import { coolModel } from "./cooling-models.ts";
import { type GoneModel, loseModel } from "./gone-models.ts";
import {
  doubtModel,
  forgetProof,
  hasCooledDown,
  proveModel,
} from "./model-proof.ts";

/** Which models cool down, are gone or unproven, as all workers share it in Redis. */
export class PoolModels {
  readonly #store: PoolStore;

  constructor(store: PoolStore) {
    this.#store = store;
  }

  /**
   * Lets a model cool down in growing steps, and at least for as long as the answer asked for.
   *
   * @returns how long it cools down, in ms.
   */
  cool(model: string, statedMs: number | undefined): Promise<number> {
    return coolModel(this.#store, model, statedMs);
  }

  /** Records that a model answers; for an hour its calls go out without another proof. */
  prove(model: string): Promise<void> {
    return proveModel(this.#store, model);
  }

  /** Makes a model that failed repeatedly unproven: one call at a time until it answers. */
  doubt(model: string): Promise<void> {
    return doubtModel(this.#store, model);
  }

  /** Lets another call go out to prove a model: the one before proved nothing. */
  forgetProof(model: string, proof: string): Promise<void> {
    return forgetProof(this.#store, model, proof);
  }

  /** Whether a model has cooled down recently. */
  hasCooledDown(model: string): Promise<boolean> {
    return hasCooledDown(this.#store, model);
  }

  /** Records that a model is gone, because OpenRouter said so. */
  lose(model: string, message: string): Promise<GoneModel> {
    return loseModel(this.#store, model, message);
  }
}
