import { MemberNames } from "@openrouter-free-pool/shared/json/member-names";
import {
  JsonScanError,
  type JsonScanOptions,
  scanJson,
  scanJsonInTurns,
} from "@openrouter-free-pool/shared/json/scan-json";
import fc from "fast-check";
import { expect, test } from "vitest";

const options: JsonScanOptions = {
  names: new MemberNames(["model", "stream"]),
  maxDepth: 64,
};

function readMember(text: string, name: string): unknown {
  const bytes = Buffer.from(text);
  const range = scanJson(bytes, options).members.get(name);
  return range && JSON.parse(bytes.toString("utf8", range.start, range.end));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isScanned(text: string): boolean {
  try {
    scanJson(Buffer.from(text), { ...options, maxDepth: 10_000 });
    return true;
  } catch (error) {
    if (error instanceof JsonScanError) return false;
    throw error;
  }
}

const runs = { numRuns: 2_000 };

test("what JSON.parse reads is accepted", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.nat(3), (text, indent) => {
      const spaced = JSON.stringify(JSON.parse(text), null, indent);
      expect(isScanned(text)).toBe(true);
      expect(isScanned(spaced)).toBe(true);
    }),
    runs,
  );
});

test("a text with one change is accepted exactly when JSON.parse reads it", () => {
  const letter = fc.constantFrom(...'{}[]",:0-9.eE+tfnul\\/ \n\u0001é😀');
  fc.assert(
    fc.property(
      fc.json({ maxDepth: 3 }),
      fc.nat(),
      fc.nat(2),
      letter,
      (text, where, cut, added) => {
        const at = where % (text.length + 1);
        const changed = (
          text.slice(0, at) +
          added +
          text.slice(at + cut)
        ).toWellFormed();
        expect(isScanned(changed)).toBe(isJson(changed));
      },
    ),
    { numRuns: 10_000 },
  );
});

test("strings of a few JSON tokens are accepted exactly when JSON.parse reads them", () => {
  const token = fc.constantFrom(
    ..."{}[],:".split(""),
    ...['"a"', '"\\u00e9"', '"\\x"', '"\\u12"', "1", "-", "01", "1.", "1e5"],
    ...["-0.5E-3", "true", "nul", "null", "false", " ", "\t", "\v", "\uFEFF"],
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 8 }), (tokens) => {
      const text = tokens.join("");
      expect(isScanned(text)).toBe(isJson(text));
    }),
    { numRuns: 20_000 },
  );
});

test("a named member is what JSON.parse finds under that name", () => {
  const member = fc.tuple(
    fc.constantFrom("model", "stream", "mode", "models", "\\u006dodel", ""),
    fc.json({ maxDepth: 2 }),
  );
  fc.assert(
    fc.property(fc.array(member, { maxLength: 6 }), (members) => {
      const list = members.map(([name, json]) => `"${name}" : ${json}`);
      const text = `{ ${list.join(" , ")} }`;
      const parsed = JSON.parse(text) as Record<string, unknown>;
      expect(readMember(text, "model")).toEqual(parsed.model);
      expect(readMember(text, "stream")).toEqual(parsed.stream);
    }),
    runs,
  );
});

test("only members of the outermost object count", () => {
  expect(readMember('{"a":{"model":1},"b":[{"model":2}]}', "model")).toBe(
    undefined,
  );
  expect(readMember('[{"model":1}]', "model")).toBe(undefined);
  expect(readMember('{"model":{"model":1}}', "model")).toEqual({ model: 1 });
});

test.for([
  ["{}", "object"],
  [" [1]", "array"],
  ['"a" ', "string"],
  ["-1", "number"],
  ["true", "boolean"],
  ["null", "null"],
] as const)("%s is of the kind %s", ([text, kind]) => {
  expect(scanJson(Buffer.from(text), options).kind).toBe(kind);
});

test("nesting is bounded, to the level", () => {
  const nested = (depth: number) =>
    Buffer.from("[".repeat(depth) + "]".repeat(depth));
  expect(scanJson(nested(64), options).kind).toBe("array");
  expect(() => scanJson(nested(65), options)).toThrow("too-deep");
  const endless = Buffer.alloc(4_000_000, "[");
  expect(() => scanJson(endless, options)).toThrow("too-deep");
});

test("a long text scanned in turns gives the same, and lets others have theirs", async () => {
  const list = Array.from({ length: 200_000 }, (_, index) => ({ index }));
  const bytes = Buffer.from(JSON.stringify({ list, model: "m", stream: true }));
  let turns = 0;
  const count = () => {
    turns += 1;
    immediate = setImmediate(count);
  };
  let immediate = setImmediate(count);
  const scan = await scanJsonInTurns(bytes, options);
  clearImmediate(immediate);
  expect(scan).toEqual(scanJson(bytes, options));
  expect(turns).toBeGreaterThan(5);
});
