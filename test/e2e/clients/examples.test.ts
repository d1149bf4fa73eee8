import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectRoot } from "../../../scripts/project-root.ts";
import { testModel } from "../../support/clients/chat.ts";
import {
  type ClientStack,
  clientKey,
  startClientStack,
} from "./client-stack.ts";

const run = promisify(execFile);
const examples = join(projectRoot, "examples");

let stack: ClientStack;
beforeAll(async () => {
  stack = await startClientStack();
});
afterAll(() => stack?.stop());

test.for([
  ["chat.mjs", ["Hello"], ["echo: Hello"]],
  ["batch.mjs", ["One", "Two"], ["prompt-1: echo: One", "prompt-2: echo: Two"]],
  [
    "langchain.mjs",
    [],
    [
      "echo: Translate into French: Good morning",
      "echo: Translate into French: Good night",
    ],
  ],
  ["ai-sdk.mjs", ["Hello"], ["echo: Hello"]],
] as const)("node/%s", async ([name, args, lines]) => {
  const { stdout } = await run(
    process.execPath,
    [join(examples, "node", name), ...args],
    {
      env: {
        PATH: process.env.PATH,
        OPENAI_BASE_URL: stack.baseUrl,
        OPENAI_API_KEY: clientKey,
        MODEL: testModel,
      },
    },
  );
  expect(stdout.trimEnd().split("\n").sort()).toEqual([...lines].sort());
});

const hasPython = spawnSync("python3", ["--version"]).status === 0;
const parse = "import ast, sys; ast.parse(sys.argv[1])";

test.skipIf(!hasPython).for(["chat.py", "batch.py", "chain.py"])(
  "python/%s is Python",
  async (name) => {
    const source = readFileSync(join(examples, "python", name), "utf8");
    await run("python3", ["-c", parse, source]);
  },
);

test.skipIf(!hasPython)(
  "the notebook is one, and its cells are Python",
  async () => {
    const notebook = JSON.parse(
      readFileSync(join(examples, "notebook/batch.ipynb"), "utf8"),
    );
    expect(notebook).toMatchObject({ nbformat: 4 });
    const cells: {
      cell_type: string;
      source: string[];
      outputs?: unknown[];
    }[] = notebook.cells;
    const code = cells.filter(({ cell_type }) => cell_type === "code");
    expect(code.flatMap(({ outputs }) => outputs)).toEqual([]);
    const source = code.map((cell) => cell.source.join("")).join("\n");
    await run("python3", ["-c", parse, source]);
  },
);
