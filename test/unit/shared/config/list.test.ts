import { expect, test } from "vitest";
import { splitList } from "../../../../libs/shared/src/config/list.ts";
import {
  parseApiKeys,
  parseKeysFile,
} from "../../../../libs/shared/src/key-pool/keys/api-key.ts";

const [one, two] = ["sk-or-v1-aaaaaaaa", "alice=sk-or-v1-bbbbbbbb"];

test.each([
  ["commas", `${one},${two}`],
  ["blanks around", ` ${one} , ${two} `],
  ["the whole in quotes, as docker --env-file keeps them", `"${one},${two}"`],
  ["each entry in quotes", `"${one}", '${two}'`],
  ["a JSON array", JSON.stringify([one, two])],
  ["a JSON array in quotes", `'${JSON.stringify([one, two])}'`],
  ["semicolons", `${one};${two}`],
  ["line breaks", `${one}\r\n${two}\n`],
  ["a byte order mark", `\uFEFF${one},${two}`],
])("keys separated by %s are read", (_, text) => {
  const entries = splitList(text, { separators: ";" });
  expect(entries.filter((entry) => entry !== "")).toEqual([one, two]);
});

test.each([
  ["a quote inside", `${one},sk-or-"v1-bbbbbbbb`, "entry 2"],
  ["a bracket", `${one},${two}]`, "entry 2"],
  ["a blank", `sk-or-v1 aaaaaaaa,${two}`, "entry 1"],
])("an entry with %s is refused by its number", (_, text, place) => {
  const parse = () => parseApiKeys(splitList(text, { separators: ";" }));
  expect(parse).toThrow(place);
  expect(parse).not.toThrow(/aaaaaaaa|bbbbbbbb/);
});

test("something that begins like a JSON array and is none is refused", () => {
  expect(() => splitList(`["${one}",`)).toThrow("JSON array");
  expect(() => splitList("[1]")).toThrow("JSON array");
});

test("a file of keys may have a mark, quotes and commas at the ends of lines", () => {
  const keys = parseKeysFile(`\uFEFF"${one}",\r\n${two}; # bob's\n`);
  expect(keys.map(({ secret }) => secret)).toEqual([one, "sk-or-v1-bbbbbbbb"]);
});
