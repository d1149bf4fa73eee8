import { setImmediate as nextTurn } from "node:timers/promises";
import type { MemberNames } from "./member-names.ts";
import {
  endOfBlanks,
  endOfNumber,
  endOfString,
  endOfWord,
  noToken,
} from "./tokens.ts";

/** The type of a JSON value. */
type JsonKind = "object" | "array" | "string" | "number" | "boolean" | "null";

/** Position of a value in the text, from `start` (inclusive) to `end` (exclusive). */
export type JsonRange = {
  readonly kind: JsonKind;
  readonly start: number;
  readonly end: number;
};

/** The result of {@link scanJson}. */
export type JsonScan = {
  /** The kind of the whole text. */
  readonly kind: JsonKind;
  /** The named members of the outermost object; the last one of duplicates. */
  readonly members: ReadonlyMap<string, JsonRange>;
};

/** What {@link scanJson} looks for, and how far it goes. */
export type JsonScanOptions = {
  /** Members of the outermost object to find. */
  readonly names: MemberNames;
  /** Nesting levels of arrays and objects; more are an error. */
  readonly maxDepth: number;
};

/** The text is not JSON, or nested more deeply than allowed. */
export class JsonScanError extends Error {
  override name = "JsonScanError";
  readonly reason: "invalid" | "too-deep";

  constructor(reason: "invalid" | "too-deep") {
    super(reason);
    this.reason = reason;
  }
}

/** Bytes that are scanned before yielding to the event loop: about a millisecond. */
const bytesInOneTurn = 256 * 1024;

/**
 * Checks that bytes are one JSON text, and finds some members of its outermost
 * object. It accepts what JSON.parse accepts, builds nothing, and needs no memory
 * that grows with the text. The bytes must be valid UTF-8.
 *
 * @throws {JsonScanError}
 */
export function scanJson(bytes: Buffer, options: JsonScanOptions): JsonScan {
  const scanner = new JsonScanner(bytes, options);
  scanner.advance(Number.POSITIVE_INFINITY);
  return scanner.result();
}

/** As {@link scanJson}, but yields to the event loop while a long text is scanned. */
export async function scanJsonInTurns(
  bytes: Buffer,
  options: JsonScanOptions,
): Promise<JsonScan> {
  const scanner = new JsonScanner(bytes, options);
  while (!scanner.advance(bytesInOneTurn)) await nextTurn();
  return scanner.result();
}

// What may come next.
const value = 0;
const valueOrEnd = 1;
const name = 2;
const nameOrEnd = 3;
const separator = 4;
const nothing = 5;

const inArray = 0;
const inObject = 1;

/** One pass over a text, in any number of steps. Each token is read whole. */
class JsonScanner {
  readonly #bytes: Buffer;
  readonly #names: MemberNames;
  readonly #maxDepth: number;
  /** For each open container: whether it is an object. */
  readonly #containers: number[] = [];
  readonly #members = new Map<string, JsonRange>();
  #depth = 0;
  #at = 0;
  #expected = value;
  #kind: JsonKind = "null";
  /** The member of the outermost object whose value is being scanned, if it is one of the names. */
  #member: string | undefined;
  #memberStart = 0;
  #memberKind: JsonKind = "null";

  constructor(bytes: Buffer, { names, maxDepth }: JsonScanOptions) {
    this.#bytes = bytes;
    this.#names = names;
    this.#maxDepth = maxDepth;
  }

  /** Scans about so many bytes more. @returns whether the text has ended. */
  advance(count: number): boolean {
    const bytes = this.#bytes;
    const until = Math.min(bytes.length, this.#at + count);
    let at = this.#at;
    while (at < until) {
      at = endOfBlanks(bytes, at);
      if (at >= bytes.length) break;
      at = this.#scanToken(at);
    }
    this.#at = at;
    if (at < bytes.length) return false;
    if (this.#expected !== nothing) throw new JsonScanError("invalid");
    return true;
  }

  result(): JsonScan {
    return { kind: this.#kind, members: this.#members };
  }

  /** @returns the position after the token at `at`. */
  #scanToken(at: number): number {
    const byte = this.#bytes[at];
    switch (this.#expected) {
      case separator:
        return this.#scanSeparator(byte, at);
      case nameOrEnd:
        if (byte === 0x7d) return this.#close(at);
        return this.#scanName(byte, at);
      case name:
        return this.#scanName(byte, at);
      case valueOrEnd:
        if (byte === 0x5d) return this.#close(at);
        return this.#scanValue(byte, at);
      case value:
        return this.#scanValue(byte, at);
      default:
        throw new JsonScanError("invalid");
    }
  }

  #scanSeparator(byte: number | undefined, at: number): number {
    const isObject = this.#containers[this.#depth - 1] === inObject;
    if (byte === 0x2c) {
      this.#expected = isObject ? name : value;
      return at + 1;
    }
    if (byte === (isObject ? 0x7d : 0x5d)) return this.#close(at);
    throw new JsonScanError("invalid");
  }

  /** A name and the colon after it. */
  #scanName(byte: number | undefined, at: number): number {
    const end = byte === 0x22 ? endOfString(this.#bytes, at) : noToken;
    if (end === noToken) throw new JsonScanError("invalid");
    const colon = endOfBlanks(this.#bytes, end);
    if (this.#bytes[colon] !== 0x3a) throw new JsonScanError("invalid");
    if (this.#depth === 1)
      this.#member = this.#names.find(this.#bytes, at, end);
    this.#expected = value;
    return colon + 1;
  }

  #scanValue(byte: number | undefined, at: number): number {
    if (byte === 0x7b) return this.#open("object", at);
    if (byte === 0x5b) return this.#open("array", at);
    if (byte === 0x22) {
      return this.#endScalar("string", at, endOfString(this.#bytes, at));
    }
    if (byte === 0x74 || byte === 0x66) {
      return this.#endScalar("boolean", at, endOfWord(this.#bytes, at));
    }
    if (byte === 0x6e) {
      return this.#endScalar("null", at, endOfWord(this.#bytes, at));
    }
    return this.#endScalar("number", at, endOfNumber(this.#bytes, at));
  }

  #endScalar(kind: JsonKind, start: number, end: number): number {
    if (end === noToken) throw new JsonScanError("invalid");
    this.#begin(kind, start);
    this.#end(end);
    return end;
  }

  #open(kind: "object" | "array", at: number): number {
    if (this.#depth === this.#maxDepth) {
      throw new JsonScanError("too-deep");
    }
    this.#begin(kind, at);
    const isObject = kind === "object";
    this.#containers[this.#depth] = isObject ? inObject : inArray;
    this.#depth += 1;
    this.#expected = isObject ? nameOrEnd : valueOrEnd;
    return at + 1;
  }

  #close(at: number): number {
    this.#depth -= 1;
    this.#end(at + 1);
    return at + 1;
  }

  #begin(kind: JsonKind, start: number): void {
    if (this.#depth === 0) this.#kind = kind;
    if (this.#depth !== 1 || this.#member === undefined) return;
    this.#memberStart = start;
    this.#memberKind = kind;
  }

  #end(end: number): void {
    this.#expected = this.#depth === 0 ? nothing : separator;
    if (this.#depth !== 1 || this.#member === undefined) return;
    const range = {
      kind: this.#memberKind,
      start: this.#memberStart,
      end,
    };
    this.#members.set(this.#member, range);
    this.#member = undefined;
  }
}
