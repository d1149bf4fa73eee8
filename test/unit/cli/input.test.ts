import { expect, test } from "vitest";
import { detectFormat } from "../../../apps/cli/src/input/read-input.ts";
import {
  readBatchLine,
  readPromptLine,
} from "../../../apps/cli/src/input/read-json-lines.ts";
import { findDelimiter } from "../../../apps/cli/src/input/read-table.ts";
import { parseTemplate } from "../../../apps/cli/src/input/template.ts";
import { simplify } from "../../../apps/cli/src/results/forms/simplify.ts";

const defaults = {
  model: "m",
  system: "be brief",
  fields: { top_p: 1 },
  template: undefined,
};

test.each([
  ['{"custom_id":"a","body":{}}', "batch"],
  ['{"prompt":"x"}', "prompts"],
  ['{"messages":[]}', "prompts"],
  ["Tell me a story", "text"],
  ['"quoted"', "text"],
  ["{not json", "text"],
  ["[INST] Tell me", "text"],
  ["[", "text"],
  ['[{"prompt":"x"}]', "array"],
  ['[\n  {\n    "prompt": "x"', "array"],
  ['["one", "two"]', "array"],
  ["[]", "array"],
] as const)("%s looks like %s", (line, format) => {
  expect(detectFormat("-", line)).toBe(format);
});

test.each([
  ["a.csv", "csv"],
  ["A.CSV", "csv"],
  ["a.tsv", "tsv"],
  ["a.tab", "tsv"],
  ["a.csv.txt", "text"],
] as const)("%s is read as %s by its name", (source, format) => {
  expect(detectFormat(source, "id\ttext\n")).toBe(format);
});

test.each([
  ["id,text\n", ","],
  ["id;text\n", ";"],
  ["id\ttext\n", "\t"],
  ['"a;b;c;d",x,y\n', ","],
  ["one column\n", ","],
] as const)("the delimiter of %j is %j", (header, delimiter) => {
  expect(findDelimiter(header)).toBe(delimiter);
});

test("a prompt gets the defaults, and its own fields win", () => {
  const { customId, text } = readPromptLine(
    '{"prompt":"hi","id":3,"model":"own","temperature":0}',
    9,
    defaults,
  );
  expect(customId).toBe("3");
  expect(JSON.parse(text)).toEqual({
    custom_id: "3",
    method: "POST",
    url: "/v1/chat/completions",
    body: {
      model: "own",
      top_p: 1,
      temperature: 0,
      messages: [
        { role: "system", content: "be brief" },
        { role: "user", content: "hi" },
      ],
    },
  });
});

test("what is missing is told with its line", () => {
  expect(() => readPromptLine("{}", 4, defaults)).toThrow(/Line 4 .*"prompt"/);
  expect(() => readPromptLine("{", 5, defaults)).toThrow(/Line 5 .*JSON/);
  expect(() => readBatchLine('{"custom_id":"a"}', 6)).toThrow(/Line 6/);
});

test("a template fills columns in, and names one that is missing", () => {
  const template = parseTemplate("{a} and { b }, {{a}}");
  expect(template({ a: "1", b: "$&" })).toBe("1 and $&, {a}");
  expect(() => template({ a: "1" })).toThrow(/"b"; there are: a/);
});

test.each([
  [
    {
      response: {
        status_code: 200,
        body: { choices: [{ message: { content: "hi" } }] },
      },
    },
    { id: "a", content: "hi" },
  ],
  [
    { response: { status_code: 400, body: { error: { message: "no" } } } },
    { id: "a", error: "no" },
  ],
  [
    { response: null, error: { code: "batch_expired", message: "late" } },
    { id: "a", error: "late" },
  ],
  [
    { response: { status_code: 200, body: { data: [1] } }, error: null },
    { id: "a", content: { data: [1] } },
  ],
])("the short form of a result", (line, short) => {
  const text = JSON.stringify({ id: "r", custom_id: "a", ...line });
  expect(simplify(text)).toEqual(short);
});
