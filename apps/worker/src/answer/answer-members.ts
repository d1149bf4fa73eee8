import { parseRange } from "@openrouter-free-pool/shared/json/parse-json";
import type {
  JsonRange,
  JsonScan,
} from "@openrouter-free-pool/shared/json/scan-json";

/** Larger members are not parsed: no error and no empty answer is this long. */
const mostParsedBytes = 64 * 1024;

/** The members of a body's outermost object, parsed on demand. */
export class AnswerMembers {
  readonly #text: Buffer;
  readonly #ranges: ReadonlyMap<string, JsonRange>;

  constructor(text: Buffer, { members }: JsonScan) {
    this.#text = text;
    this.#ranges = members;
  }

  kindOf(name: string): JsonRange["kind"] | undefined {
    return this.#ranges.get(name)?.kind;
  }

  isLarge(name: string): boolean {
    const range = this.#ranges.get(name);
    return range !== undefined && range.end - range.start > mostParsedBytes;
  }

  /** @returns undefined for a member that is absent or large. */
  get(name: string): unknown {
    const range = this.#ranges.get(name);
    if (!range || this.isLarge(name)) return undefined;
    return parseRange(this.#text, range);
  }
}
