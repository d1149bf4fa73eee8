/** An escape such as `\u0041` writes one byte as six. */
const longestEscape = 6;
const backslash = 0x5c;

/** Names of members that can be found in the bytes of a JSON text. */
export class MemberNames {
  readonly #names: readonly { readonly name: string; readonly bytes: Buffer }[];
  readonly #longest: number;

  constructor(names: readonly string[]) {
    this.#names = names.map((name) => ({ name, bytes: Buffer.from(name) }));
    this.#longest = Math.max(
      0,
      ...this.#names.map(({ bytes }) => bytes.length),
    );
  }

  /** Finds the name that a string spells; the range includes both quotes. */
  find(text: Buffer, start: number, end: number): string | undefined {
    const length = end - start - 2;
    if (length > this.#longest * longestEscape) return undefined;
    for (let at = start + 1; at < end; at += 1) {
      if (text[at] === backslash) return this.#findEscaped(text, start, end);
    }
    for (const { name, bytes } of this.#names) {
      if (bytes.length === length && startsWith(text, start + 1, bytes)) {
        return name;
      }
    }
    return undefined;
  }

  #findEscaped(text: Buffer, start: number, end: number): string | undefined {
    const spelt: unknown = JSON.parse(text.toString("utf8", start, end));
    return this.#names.find(({ name }) => name === spelt)?.name;
  }
}

function startsWith(text: Buffer, at: number, bytes: Buffer): boolean {
  for (let index = 0; index < bytes.length; index += 1) {
    if (text[at + index] !== bytes[index]) return false;
  }
  return true;
}
