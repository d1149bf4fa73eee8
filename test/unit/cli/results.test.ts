import { expect, test } from "vitest";
import { describeProblems } from "../../../apps/cli/src/results/describe-problems.ts";
import { FailureTally } from "../../../apps/cli/src/results/failure-tally.ts";
import { toRow } from "../../../apps/cli/src/results/forms/to-row.ts";
import { formOf } from "../../../apps/cli/src/results/result-options.ts";

const problem = (line: number | null, message: string) => ({
  line,
  message,
  code: "invalid_request",
  param: null,
});

test("a mistake of many lines is told once, in words of the file", () => {
  const missing =
    "`body`: `messages`: Invalid input: expected array, received undefined; `model`: is required (or `models`)";
  expect(
    describeProblems([
      ...[1, 2, 3, 4, 5, 6, 7].map((line) => problem(line, missing)),
      problem(8, "`custom_id` is missing."),
      problem(null, "The input file has 9 requests; 8 are allowed."),
    ]),
  ).toEqual([
    'Lines 1, 2, 3, 4, 5 and 2 more: the request has no "messages"; the request has no "model" (or `models`)',
    "Line 8: `custom_id` is missing.",
    "The input file has 9 requests; 8 are allowed.",
  ]);
});

const failed = (id: string, message: string) =>
  JSON.stringify({
    custom_id: id,
    response: { status_code: 404, body: { error: { message } } },
  });

test("failures are counted by what they say, in bounded memory", () => {
  const tally = new FailureTally();
  for (let line = 0; line < 5_000; line += 1) {
    tally.record(failed(`line-${line}`, "There is no model x"));
    tally.record(failed(`other-${line}`, `Number ${line}`));
  }
  expect(tally.top(2)).toEqual([
    { message: "There is no model x", lines: 5_000 },
    { message: "other errors", lines: 4_901 },
  ]);
});

test("a row of a table has an answer or an error", () => {
  expect(toRow(failed("a", "no"))).toEqual({
    id: "a",
    content: null,
    error: "no",
  });
  const embedding = { status_code: 200, body: { data: [1] } };
  expect(
    toRow(JSON.stringify({ custom_id: "b", response: embedding })),
  ).toEqual({ id: "b", content: '{"data":[1]}', error: null });
});

test.each([
  ["a.CSV", "csv"],
  ["a.tsv", "tsv"],
  ["b/a.parquet", "parquet"],
  ["a.jsonl", "openai"],
  ["csv", "openai"],
  [undefined, "openai"],
] as const)("results of %s are written as %s", (path, form) => {
  expect(formOf(path, false)).toBe(form);
  expect(formOf("a.jsonl", true)).toBe("simple");
});
