import { parseAnswerChecks } from "@openrouter-free-pool/shared/api/answer-checks";
import { expect, test } from "vitest";

test.for<[string, readonly string[] | undefined]>([
  ["content", ["content"]],
  ["json, content", ["content", "json"]],
  ["Schema,COMPLETE , json,content", ["content", "complete", "json", "schema"]],
  ["json,json,", ["json"]],
  ["none", []],
  ["None", []],
  ["none, json", undefined],
  ["", undefined],
  [",", undefined],
  ["contents", undefined],
  ["content json", undefined],
])("%j", ([list, checks]) => {
  expect(parseAnswerChecks(list)).toEqual(checks);
});
