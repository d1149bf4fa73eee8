import { hash, randomBytes } from "node:crypto";

const firstCapacity = 1_024;
/** At most so many are followed up: one real duplicate is enough to refuse a file. */
const mostSuspects = 1_000;

/**
 * Finds duplicate ids in a file, exactly, without keeping the ids: 8 bytes for a digest of each, at
 * most half of the table in use (16 to 32 bytes an id, 24 MB for a million while the table grows).
 *
 * Two ids may have the same digest, so a hit is only a suspicion. After one the file is read again,
 * and only the ids with suspected digests are kept and compared. The digest has a random key, so
 * that nobody can prepare collisions.
 */
export class CustomIds {
  readonly #key = randomBytes(16).toString("base64");
  #table = new Uint32Array(2 * firstCapacity);
  #count = 0;
  readonly #suspects = new Set<string>();

  /** First reading: records an id. */
  add(id: string): void {
    const [high, low] = this.#digest(id);
    if (!this.#insert(high, low)) {
      if (this.#suspects.size < mostSuspects) {
        this.#suspects.add(`${high}:${low}`);
      }
      return;
    }
    this.#count += 1;
    if (this.#count * 4 > this.#table.length) this.#grow();
  }

  /** Memory that the table takes. */
  get heldBytes(): number {
    return this.#table.byteLength;
  }

  /** Whether the file has to be read again. */
  get isSuspicious(): boolean {
    return this.#suspects.size > 0;
  }

  /**
   * Second reading: to be called with every id and its line in order.
   *
   * @returns a function that returns the line in which an id occurred first, if it is another line.
   */
  compare(): (id: string, line: number) => number | undefined {
    const firstLines = new Map<string, number>();
    return (id, line) => {
      if (!this.#suspects.has(this.#digest(id).join(":"))) return undefined;
      const firstLine = firstLines.get(id);
      if (firstLine === undefined) firstLines.set(id, line);
      return firstLine;
    };
  }

  #digest(id: string): [high: number, low: number] {
    const digest = hash("sha1", this.#key + id, "buffer");
    // 0:0 marks an empty place.
    return [digest.readUInt32LE(0), digest.readUInt32LE(4) || 1];
  }

  /** @returns false when the digest is present already. */
  #insert(high: number, low: number): boolean {
    const mask = this.#table.length / 2 - 1;
    for (let place = low & mask; ; place = (place + 1) & mask) {
      const [at, above] = [this.#table[2 * place + 1], this.#table[2 * place]];
      if (at === low && above === high) return false;
      if (at === 0) {
        this.#table[2 * place] = high;
        this.#table[2 * place + 1] = low;
        return true;
      }
    }
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Uint32Array(2 * old.length);
    for (let at = 0; at < old.length; at += 2) {
      const low = old[at + 1] ?? 0;
      if (low !== 0) this.#insert(old[at] ?? 0, low);
    }
  }
}
