import { expect, test } from "vitest";
import {
  failedEntry,
  readLineNumber,
} from "../../../../apps/gateway/src/batches/results/output-line.ts";
import { copyLines } from "../../../../apps/gateway/src/batches/retry/copy-lines.ts";
import { retryMetadata } from "../../../../apps/gateway/src/batches/retry/retry-metadata.ts";

const id = `batch_${"a".repeat(32)}`;

async function copy(text: string, wanted: readonly number[], chunkBytes = 3) {
  const bytes = Buffer.from(text);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      yield bytes.subarray(at, at + chunkBytes);
    }
  }
  const written: Buffer[] = [];
  const lines = await copyLines(chunks(), {
    lineBytes: 20,
    isWanted: (line) => wanted.includes(line),
    write: async (piece) => void written.push(piece),
  });
  return { lines, text: Buffer.concat(written).toString() };
}

test("wanted lines are copied byte for byte, in their order", async () => {
  const input = '{"a": 1}\n{ "b":2 } \r\n{"c":"\u2028ü"}\n{"d":4}';
  expect(await copy(input, [2, 3, 4])).toEqual({
    lines: 3,
    text: '{ "b":2 } \r\n{"c":"\u2028ü"}\n{"d":4}\n',
  });
});

test("blank lines count as lines, and are left out", async () => {
  expect(await copy("\n1\n \n\r\n2\n", [1, 2, 3, 4, 5])).toEqual({
    lines: 2,
    text: "1\n2\n",
  });
});

test("a line that is too long is refused only where it is wanted", async () => {
  const input = `${"x".repeat(30)}\n1\n`;
  expect(await copy(input, [2])).toEqual({ lines: 1, text: "1\n" });
  await expect(copy(input, [1, 2])).rejects.toThrow("Line 1 ");
});

test("a result names its line, whatever its custom_id holds", () => {
  for (const line of [1, 27, 1_000_000]) {
    const request = { line, customId: `"batch_req_x_9"\n` };
    const { text } = failedEntry(id, request, "batch_expired");
    expect(readLineNumber(id, Buffer.from(text))).toBe(line);
  }
});

test.each([
  ["another batch", '{"id":"batch_req_bbb_1","custom_id":"a"}'],
  ["no number", `{"id":"batch_req_${"a".repeat(32)}_","custom_id":"a"}`],
  ["something else", '{"error":"no"}'],
  ["nothing", ""],
])("no line number in a result of %s", (_, text) => {
  expect(readLineNumber(id, Buffer.from(text))).toBeUndefined();
});

const pairs = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`key-${i}`, "v"]),
  );

test("a new batch has the metadata of the old one, and its id", () => {
  expect(retryMetadata({ id, metadata: null })).toEqual({ retry_of: id });
  expect(retryMetadata({ id, metadata: pairs(15) })).toEqual({
    ...pairs(15),
    retry_of: id,
  });
  const again = { id, metadata: { retry_of: "batch_first", job: "seven" } };
  expect(retryMetadata(again)).toEqual({ retry_of: id, job: "seven" });
});

test("the id is left out where there are 16 pairs already", () => {
  expect(retryMetadata({ id, metadata: pairs(16) })).toEqual(pairs(16));
  const full = { ...pairs(15), retry_of: "batch_first" };
  expect(retryMetadata({ id, metadata: full })).toEqual({
    ...pairs(15),
    retry_of: id,
  });
});
