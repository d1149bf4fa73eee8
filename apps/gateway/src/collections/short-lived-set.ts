import { ShortLivedMap } from "./short-lived-map.ts";

/** A set whose values come and go quickly: see {@link ShortLivedMap}. Each addition is an entry of its own. */
export class ShortLivedSet<Value> {
  readonly #values = new ShortLivedMap<number, Value>();
  #added = 0;

  get size(): number {
    return this.#values.size;
  }

  /** @returns removes the value again. */
  add(value: Value): () => void {
    this.#added += 1;
    const number = this.#added;
    this.#values.set(number, value);
    return () => this.#values.delete(number);
  }

  /** The values at this moment, the one that came first at the beginning. */
  values(): Value[] {
    return this.#values.values();
  }
}
