import { expect, test } from "vitest";
import { validateInput } from "../../../../apps/gateway/src/batches/input/validate-input.ts";
import { chatCompletions } from "../../../../apps/gateway/src/dialects/chat-completions.ts";
import { batchInput, batchLine } from "../../../support/clients/batch-input.ts";

function validate(text: string, mostLines = 100) {
  return validateInput(
    async function* () {
      yield Buffer.from(text);
    },
    { dialect: chatCompletions, lineBytes: 2_000, mostLines },
  );
}

test("counts requests, not blank lines", async () => {
  const text = `\n${batchInput(3)}\n\n`;
  expect(await validate(text)).toEqual({
    total: 3,
    lastLine: 4,
    models: [expect.any(String)],
    problems: [],
  });
});

test("tells what is wrong, in order of the lines", async () => {
  const { problems } = await validate(
    [
      JSON.stringify(batchLine("a")),
      "not json",
      JSON.stringify(batchLine("a")),
      JSON.stringify(batchLine("b", { content: "x".repeat(3_000) })),
      JSON.stringify(batchLine("c", { extra: { url: "/v1/responses" } })),
    ].join("\n"),
  );
  expect(problems.map(({ line, code }) => [line, code])).toEqual([
    [2, "invalid_json_line"],
    [3, "duplicate_custom_id"],
    [4, "invalid_request"],
    [5, "url_mismatch"],
  ]);
});

test("a file without requests, or with too many, is refused as a whole", async () => {
  expect((await validate("\n")).problems).toMatchObject([
    { code: "empty_file", line: null },
  ]);
  expect((await validate(batchInput(4), 3)).problems).toMatchObject([
    { code: "too_many_tasks", line: null },
  ]);
});

test("a hundred problems are enough", async () => {
  const { total, problems } = await validate("x\n".repeat(500), 1_000);
  expect(total).toBe(500);
  expect(problems).toHaveLength(100);
});

test("a line that cannot be executed is a problem of that line", async () => {
  const nested = `${"[".repeat(900)}${"]".repeat(900)}`;
  const { problems } = await validate(
    `${batchInput(1)}${JSON.stringify(batchLine("deep", { content: "?" })).replace('"?"', nested)}\n`,
  );
  expect(problems).toMatchObject([
    { line: 2, message: expect.stringContaining("nested too deeply") },
  ]);
});
