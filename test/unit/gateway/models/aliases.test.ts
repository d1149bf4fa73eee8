import { expect, test } from "vitest";
import { parseAliases } from "../../../../apps/gateway/src/models/resolve/aliases.ts";

test("reads chains of models by their names", () => {
  expect([
    ...parseAliases(" fast = a/b:free | c/d:free , json=e/f:free,"),
  ]).toEqual([
    ["fast", ["a/b:free", "c/d:free"]],
    ["json", ["e/f:free"]],
  ]);
  expect(parseAliases("").size).toBe(0);
});

test.for([
  ["fast", "entry 1: is not name=model|model"],
  ["a=b,fast=", "entry 2: names no model"],
  ["fast=a,fast=b", "entry 2: fast is there twice"],
  ["pool/auto=a", "entry 1: pool/auto is built in"],
  ["a b=c", "entry 1: a name has letters, digits and - _ . : / only"],
  ["a=b,c=a", "c: a is an alias itself"],
] as const)("%s is refused", ([text, message]) => {
  expect(() => parseAliases(text)).toThrow(message);
});
