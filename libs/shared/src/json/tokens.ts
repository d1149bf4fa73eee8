/** What {@link endOfString} and the other functions return when there is no such token. */
export const noToken = -1;

const quote = 0x22;
const backslash = 0x5c;

/** 1 for bytes that need no escape within a string. */
const isPlain = new Uint8Array(256);
isPlain.fill(1, 0x20);
isPlain[quote] = 0;
isPlain[backslash] = 0;

/** 1 for the letters after a backslash, except `u`. */
const isEscape = new Uint8Array(256);
for (const letter of '"\\/bfnrt') isEscape[letter.charCodeAt(0)] = 1;

const isHexDigit = new Uint8Array(256);
for (const digit of "0123456789abcdefABCDEF") {
  isHexDigit[digit.charCodeAt(0)] = 1;
}

/** Skips white space. @returns the position of the first other byte. */
export function endOfBlanks(bytes: Uint8Array, at: number): number {
  let end = at;
  while (end < bytes.length) {
    const byte = bytes[end];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    end += 1;
  }
  return end;
}

/** @param at position of the opening quote. @returns the position after the closing one. */
export function endOfString(bytes: Uint8Array, at: number): number {
  const { length } = bytes;
  let end = at + 1;
  for (;;) {
    while (end < length && isPlain[bytes[end] as number] === 1) end += 1;
    if (end >= length) return noToken;
    const byte = bytes[end];
    if (byte === quote) return end + 1;
    if (byte !== backslash) return noToken;
    end = endOfEscape(bytes, end);
    if (end === noToken) return noToken;
  }
}

function endOfEscape(bytes: Uint8Array, at: number): number {
  const letter = bytes[at + 1] ?? 0;
  if (isEscape[letter] === 1) return at + 2;
  if (letter !== 0x75) return noToken;
  for (let digit = at + 2; digit < at + 6; digit += 1) {
    if (isHexDigit[bytes[digit] ?? 0] !== 1) return noToken;
  }
  return at + 6;
}

/** @param at position of the first digit or the minus. */
export function endOfNumber(bytes: Uint8Array, at: number): number {
  let end = bytes[at] === 0x2d ? at + 1 : at;
  // A leading zero must be the only digit.
  end = bytes[end] === 0x30 ? end + 1 : endOfDigits(bytes, end);
  if (end !== noToken && bytes[end] === 0x2e) end = endOfDigits(bytes, end + 1);
  if (end === noToken) return noToken;
  const exponent = bytes[end];
  if (exponent !== 0x65 && exponent !== 0x45) return end;
  const sign = bytes[end + 1];
  return endOfDigits(bytes, end + (sign === 0x2b || sign === 0x2d ? 2 : 1));
}

function endOfDigits(bytes: Uint8Array, at: number): number {
  let end = at;
  while (end < bytes.length && isDigit(bytes[end] as number)) end += 1;
  return end === at ? noToken : end;
}

const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39;

/** `true`, `false` or `null`. */
export function endOfWord(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (first === 0x74) return endOf(bytes, at, "true");
  if (first === 0x66) return endOf(bytes, at, "false");
  return endOf(bytes, at, "null");
}

function endOf(bytes: Uint8Array, at: number, word: string): number {
  for (let index = 0; index < word.length; index += 1) {
    if (bytes[at + index] !== word.charCodeAt(index)) return noToken;
  }
  return at + word.length;
}
