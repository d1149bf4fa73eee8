/** Bounds the distinct names that are counted in each of the latest hashes of {@link SharedCounts}. */
export class BoundedNames {
  readonly #mostKeys: number;
  readonly #mostNames: number;
  readonly #otherNames: string;
  readonly #namesByKey = new Map<string, Set<string>>();

  /**
   * @param options `mostKeys`: hashes whose names are remembered; `mostNames`: distinct names in each;
   *   `otherNames`: the name under which all further ones are counted.
   */
  constructor(options: {
    mostKeys: number;
    mostNames: number;
    otherNames: string;
  }) {
    this.#mostKeys = options.mostKeys;
    this.#mostNames = options.mostNames;
    this.#otherNames = options.otherNames;
  }

  /** The name under which something is counted in a hash. */
  bound(key: string, name: string): string {
    const names = this.#namesByKey.get(key) ?? new Set();
    if (names.has(name)) return name;
    if (names.size >= this.#mostNames) return this.#otherNames;
    names.add(name);
    this.#namesByKey.set(key, names);
    this.#forgetOldest();
    return name;
  }

  #forgetOldest(): void {
    const [oldest] = this.#namesByKey.keys();
    if (this.#namesByKey.size > this.#mostKeys && oldest !== undefined) {
      this.#namesByKey.delete(oldest);
    }
  }
}
