import { expect, test } from "vitest";
import {
  decodeInput,
  isEncoding,
} from "../../../apps/cli/src/input/decode-input.ts";

/** Decodes bytes that come one at a time. */
async function decode(bytes: Buffer, encoding?: string): Promise<string> {
  async function* chunks() {
    for (const byte of bytes) yield Buffer.from([byte]);
  }
  let text = "";
  for await (const chunk of decodeInput(chunks(), encoding)) text += chunk;
  return text;
}

test.each([
  ["UTF-8", Buffer.from("naïve 你好 🙂"), undefined, "naïve 你好 🙂"],
  ["UTF-8 with a mark", Buffer.from("\uFEFFé"), undefined, "é"],
  ["UTF-16 with a mark", Buffer.from("\uFEFF你", "utf16le"), undefined, "你"],
  ["Latin-1", Buffer.from("café", "latin1"), "latin1", "café"],
  ["GBK", Buffer.from([0xc4, 0xe3, 0xba, 0xc3]), "gbk", "你好"],
  ["one byte", Buffer.from("a"), undefined, "a"],
  ["nothing", Buffer.alloc(0), undefined, ""],
] as const)("reads %s", async (_, bytes, encoding, text) => {
  expect(await decode(bytes, encoding)).toBe(text);
});

test.each([
  ["Latin-1", Buffer.from("café", "latin1")],
  ["GBK", Buffer.from([0x61, 0x2c, 0xc4, 0xe3])],
  ["a character that is cut off", Buffer.from("abc é").subarray(0, -1)],
])("refuses %s without its name, and says what helps", async (_, bytes) => {
  await expect(decode(bytes)).rejects.toThrow(/not valid UTF-8.*--encoding/);
});

test("tells encodings from other words", () => {
  expect(["gbk", "latin1", "Shift_JIS"].every(isEncoding)).toBe(true);
  expect(isEncoding("nonsense")).toBe(false);
});
