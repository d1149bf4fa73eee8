import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { type ColumnSource, parquetWriteFile } from "hyparquet-writer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { batchLine } from "../../support/clients/batch-input.ts";
import { jsonLines, orpool } from "../../support/terminal/orpool.ts";
import {
  type OrpoolStack,
  startOrpoolStack,
} from "../../support/terminal/orpool-stack.ts";

let cwd: string;
let options: OrpoolStack["options"];
let stop: OrpoolStack["stop"];
beforeAll(async () => {
  ({ cwd, options, stop } = await startOrpoolStack());
});
afterAll(() => stop?.());

type Simple = { id: string; content?: string };

/** Writes a file, runs it, and returns the answers by the order of their ids. */
async function answersOf(
  name: string,
  content: string | Buffer,
  args: readonly string[] = [],
): Promise<Simple[]> {
  await writeFile(join(cwd, name), content);
  const { code, stdout, stderr } = await orpool(
    ["run", name, "--again", "--simple", "-q", ...args],
    options,
  );
  expect(code, stderr).toBe(0);
  return jsonLines<Simple>(stdout).sort((a, b) => a.id.localeCompare(b.id));
}

const unusualBreaks = "one\u2028two\u2029three\u0085four";

test("the other line breaks of Unicode stay inside prompts and answers, in every form of input", async () => {
  const answered = [{ id: "line-1", content: `echo: ${unusualBreaks}` }];
  expect(
    await answersOf(
      "breaks.jsonl",
      `${JSON.stringify({ prompt: unusualBreaks })}\n`,
    ),
  ).toEqual(answered);
  expect(await answersOf("breaks.txt", `${unusualBreaks}\n`)).toEqual(answered);
  expect(
    await answersOf("breaks.csv", `id,t\nline-1,${unusualBreaks}\n`, [
      "-t",
      "{t}",
    ]),
  ).toEqual(answered);
  const line = batchLine("line-1", { content: unusualBreaks });
  expect(
    await answersOf("breaks.batch.jsonl", `${JSON.stringify(line)}\r\n`),
  ).toEqual(answered);
});

test("results with such characters are valid JSON lines, and --continue knows their answers", async () => {
  const input = `${JSON.stringify(batchLine("a", { content: unusualBreaks }))}\n`;
  await writeFile(join(cwd, "again.jsonl"), input);
  const args = ["run", "again.jsonl", "-o", "again-results.jsonl", "-q"];
  expect((await orpool(args, options)).code).toBe(0);
  const results = await readFile(join(cwd, "again-results.jsonl"), "utf8");
  expect(jsonLines(results)).toHaveLength(1);

  const { code, stderr } = await orpool([...args, "--continue"], options);
  expect(code).toBe(0);
  expect(stderr).toContain("already");
  expect(await readFile(join(cwd, "again-results.jsonl"), "utf8")).toBe(
    results,
  );
});

test("a short answer is one line for readers that take these characters for line breaks", async () => {
  await writeFile(join(cwd, "short.txt"), `${unusualBreaks}\n`);
  const { stdout } = await orpool(
    ["run", "short.txt", "--simple", "-q"],
    options,
  );
  expect(stdout).not.toMatch(/[\u0085\u2028\u2029]/);
});

test("a JSON array of prompts, of records and of batch lines", async () => {
  const items = ["one", { id: "two", prompt: "2" }, batchLine("x")];
  const answers = await answersOf("array.json", JSON.stringify(items, null, 2));
  expect(answers.map(({ id }) => id)).toEqual(["item-1", "two", "x"]);
  expect(answers[0]?.content).toBe("echo: one");
});

test("tables with tabs, semicolons and Excel's own first line", async () => {
  const greeting = [{ id: "a", content: 'echo: Hello, "you"; in French' }];
  const template = ["-t", "{text} in {language}"];
  const row = 'a;French;"Hello, ""you"";"\n';
  expect(
    await answersOf("semi.csv", `id;language;text\n${row}`, template),
  ).toEqual(greeting);
  expect(
    await answersOf(
      "excel.csv",
      `sep=;\r\nid;language;text\r\n${row}`,
      template,
    ),
  ).toEqual(greeting);
  expect(
    await answersOf(
      "tabs.tsv",
      'id\tlanguage\ttext\na\tFrench\t"Hello, ""you"";"\n',
      template,
    ),
  ).toEqual(greeting);
});

test("a template over JSON lines", async () => {
  expect(
    await answersOf("records.jsonl", '{"id":1,"text":"hi","n":[2]}\n', [
      "-t",
      "{text} {n}",
    ]),
  ).toEqual([{ id: "1", content: "echo: hi [2]" }]);
});

test("Parquet in, with a template or columns of requests; Parquet and CSV out", async () => {
  const write = (name: string, columnData: ColumnSource[]) =>
    parquetWriteFile({ filename: join(cwd, name), columnData });
  write("rows.parquet", [
    { name: "id", data: [1n, 2n] },
    { name: "text", data: ["one", 'two, "2"\nthree'], type: "STRING" },
  ]);
  const run = ["run", "rows.parquet", "-t", "{text}", "-q", "-o"];
  expect((await orpool([...run, "out.parquet"], options)).code).toBe(0);
  const file = await asyncBufferFromFile(join(cwd, "out.parquet"));
  const rows = (await parquetReadObjects({ file })) as Simple[];
  expect(rows.sort((a, b) => a.id.localeCompare(b.id))).toEqual([
    { id: "1", content: "echo: one", error: null },
    { id: "2", content: 'echo: two, "2"\nthree', error: null },
  ]);

  expect((await orpool([...run, "out.csv"], options)).code).toBe(0);
  const csv = await readFile(join(cwd, "out.csv"), "utf8");
  expect(csv.startsWith("id,content,error\n")).toBe(true);
  expect(csv).toContain('2,"echo: two, ""2""\nthree",\n');
  const continued = await orpool([...run, "out.csv", "--continue"], options);
  expect(continued.code).toBe(2);
  expect(continued.stderr).toContain("JSON lines");

  write("prompts.data", [
    { name: "prompt", data: ["hi", "there"], type: "STRING" },
    { name: "temperature", data: [0.5, null], type: "DOUBLE" },
  ]);
  const asked = await orpool(
    ["run", "prompts.data", "--simple", "-q"],
    options,
  );
  expect(
    jsonLines<Simple>(asked.stdout)
      .map(({ id }) => id)
      .sort(),
  ).toEqual(["row-1", "row-2"]);
});

test("another encoding is refused, never guessed; by its name it is read", async () => {
  await writeFile(
    join(cwd, "latin.csv"),
    Buffer.from("id,text\na,café\n", "latin1"),
  );
  const args = ["run", "latin.csv", "-t", "{text}", "--simple", "-q"];
  const refused = await orpool(args, options);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("--encoding");
  const read = await orpool([...args, "--encoding", "latin1"], options);
  expect(jsonLines(read.stdout)).toEqual([{ id: "a", content: "echo: café" }]);
});

test.for([
  ["no array", "broken.json", '[{"prompt":"x"},', "not a valid JSON array"],
  ["a number in an array", "numbers.json", '["a", 1]', "Item 2"],
  [
    "an object over lines",
    "indented.json",
    '{\n  "prompt": "x"\n}',
    "one line",
  ],
  ["a broken Parquet file", "broken.parquet", "PAR1 ...", "no Parquet file"],
  ["a table without template", "plain.tsv", "a\tb\n1\t2\n", "--template"],
] as const)("%s is refused in a sentence", async ([, name, text, reason]) => {
  await writeFile(join(cwd, name), text);
  const { code, stderr } = await orpool(["run", name, "-q"], options);
  expect(code).toBe(2);
  expect(stderr).toContain(
    reason === "one line" ? "one object a line" : reason,
  );
});

test("a folder is refused in a sentence, and an unknown encoding", async () => {
  expect((await orpool(["run", "."], options)).stderr).toContain("a folder");
  const unknown = await orpool(["run", "x", "--encoding", "klingon"], options);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain("klingon");
});
