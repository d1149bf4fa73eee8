/**
 * A map whose values come and go quickly.
 *
 * A `Map` moves into a new table again and again when keys come and go. V8 links each table to the next one, so that a
 * table that has become old by its age keeps all later ones until a major garbage collection, and with them everything
 * that was in the map when they were replaced: requests that ended long ago. So the tables of this one hold only small
 * entries, which are emptied when they are removed. Its keys must be small, too.
 */
export class ShortLivedMap<Key extends string | number, Value> {
  readonly #entries = new Map<Key, { value: Value | undefined }>();

  get size(): number {
    return this.#entries.size;
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  set(key: Key, value: Value): void {
    const entry = this.#entries.get(key);
    if (entry) entry.value = value;
    else this.#entries.set(key, { value });
  }

  delete(key: Key): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    entry.value = undefined;
    this.#entries.delete(key);
  }

  /** The values at this moment, in the order in which their keys came. */
  values(): Value[] {
    const values: Value[] = [];
    for (const { value } of this.#entries.values()) {
      if (value !== undefined) values.push(value);
    }
    return values;
  }
}
