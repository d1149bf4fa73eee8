import { expect, test } from "vitest";
import { describeCommand } from "../../../apps/cli/src/output/describe-command.ts";

test("a command can be pasted as it was started", () => {
  const args = ["resume", "batch_1", "-o", "results.jsonl"];
  expect(describeCommand(args, {})).toBe(
    "orpool resume batch_1 -o results.jsonl",
  );
  expect(describeCommand(args, { npm_command: "exec" })).toBe(
    "npx orpool resume batch_1 -o results.jsonl",
  );
});

test.each([
  ["my results.jsonl", "'my results.jsonl'"],
  ["it's.jsonl", "'it'\\''s.jsonl'"],
  ["$HOME", "'$HOME'"],
  ["http://localhost:3000/?a=1&b", "'http://localhost:3000/?a=1&b'"],
  ["", "''"],
  ["结果.jsonl", "'结果.jsonl'"],
])("%j is quoted", (argument, quoted) => {
  expect(describeCommand([argument], {})).toBe(`orpool ${quoted}`);
});
