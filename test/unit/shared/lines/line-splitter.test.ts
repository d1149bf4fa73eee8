import fc from "fast-check";
import { expect, test } from "vitest";
import {
  isBlank,
  LineSplitter,
} from "../../../../libs/shared/src/lines/line-splitter.ts";

function split(chunks: Buffer[], maxBytes = Number.POSITIVE_INFINITY) {
  const splitter = new LineSplitter(maxBytes);
  const lines = chunks.flatMap((chunk) => splitter.split(chunk));
  return [...lines, ...splitter.end()];
}

test("gives the same lines however the bytes are cut", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.string({ unit: "grapheme" }).map((s) => s.replaceAll("\n", " ")),
      ),
      fc.array(fc.nat(60)),
      (texts, cuts) => {
        const whole = Buffer.from(texts.map((text) => `${text}\n`).join(""));
        const chunks: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(whole.subarray(at, at + cut));
          at += cut;
        }
        chunks.push(whole.subarray(at));
        const lines = split(chunks);
        expect(lines.map(({ bytes }) => bytes?.toString())).toEqual(texts);
        expect(lines.map(({ number }) => number)).toEqual(
          texts.map((_, index) => index + 1),
        );
      },
    ),
  );
});

test("the last line needs no line break", () => {
  expect(split([Buffer.from("a\nb")])).toHaveLength(2);
  expect(split([Buffer.from("a\nb\n")])).toHaveLength(2);
});

test("a line that is too long is told as such, and those after it are whole", () => {
  const lines = split(
    [Buffer.from("12"), Buffer.from("345\n12\n123\n1234")],
    3,
  );
  expect(lines.map(({ bytes }) => bytes?.toString())).toEqual([
    undefined,
    "12",
    "123",
    undefined,
  ]);
});

test("tells blank lines from others", () => {
  const blank = split([Buffer.from("\r\n\t \n")]);
  expect(blank.map(isBlank)).toEqual([true, true]);
  expect(split([Buffer.from(" x\n")]).map(isBlank)).toEqual([false]);
});
