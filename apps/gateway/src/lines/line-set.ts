/** A set of line numbers, one bit each: a million lines take 125 kB. */
export class LineSet {
  #bits: Uint8Array;
  #size = 0;

  /** @param expected the largest number, approximately: the set grows when needed. */
  constructor(expected = 1_024) {
    this.#bits = new Uint8Array((expected >>> 3) + 1);
  }

  get size(): number {
    return this.#size;
  }

  has(line: number): boolean {
    return ((this.#bits[line >>> 3] ?? 0) & (1 << (line & 7))) !== 0;
  }

  /** @returns false when the line was in the set already. */
  add(line: number): boolean {
    if (this.has(line)) return false;
    const index = line >>> 3;
    if (index >= this.#bits.length) this.#grow(index);
    this.#bits[index] = (this.#bits[index] ?? 0) | (1 << (line & 7));
    this.#size += 1;
    return true;
  }

  #grow(index: number): void {
    const grown = new Uint8Array(Math.max(index + 1, this.#bits.length * 2));
    grown.set(this.#bits);
    this.#bits = grown;
  }
}
