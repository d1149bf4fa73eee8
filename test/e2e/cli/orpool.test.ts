import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AdminClient } from "../../support/clients/admin-client.ts";
import {
  batchInput,
  batchLine,
  parseOutput,
} from "../../support/clients/batch-input.ts";
import { operatorPassword } from "../../support/clients/operator.ts";
import type { Stack } from "../../support/processes/stack.ts";
import {
  jsonLines,
  orpool,
  startOrpool,
} from "../../support/terminal/orpool.ts";
import {
  type OrpoolStack,
  startOrpoolStack,
} from "../../support/terminal/orpool-stack.ts";
import { until } from "../../support/until.ts";

let stack: Stack;
let cwd: string;
let options: OrpoolStack["options"];
let stop: OrpoolStack["stop"];
beforeAll(async () => {
  ({ stack, cwd, options, stop } = await startOrpoolStack({
    env: { ADMIN_PASSWORD: operatorPassword },
    simulator: {
      models: {
        "test/refused:free": { fault: { kind: "400" } },
        "test/faulty:free": { fault: { kind: "400" } },
      },
    },
  }));
});
afterAll(() => stop?.());

const write = (name: string, text: string) => writeFile(join(cwd, name), text);
const read = (name: string) => readFile(join(cwd, name), "utf8");

type Simple = { id: string; content?: string; error?: string };

test("batch lines in, OpenAI's result lines out, JSON lines in the pipe", async () => {
  await write("batch.jsonl", batchInput(30));
  const { code, stdout, stderr } = await orpool(
    ["run", "batch.jsonl", "-o", "results.jsonl"],
    options,
  );
  expect(stderr).not.toContain("█");
  expect(code).toBe(0);
  expect(parseOutput(await read("results.jsonl"))).toHaveLength(30);
  expect(jsonLines(stdout)).toMatchObject([
    { status: "completed", total: 30, completed: 30, results: "results.jsonl" },
  ]);
  expect(jsonLines(stderr)[0]).toEqual({
    batch: expect.stringMatching(/^batch_/),
    forecast: {
      calls: 30,
      ends_at: expect.any(Number),
      account_days: expect.any(Number),
    },
  });
  expect(jsonLines(stderr).at(-1)).toMatchObject({
    status: "completed",
    completed: 30,
    quotaLeft: expect.any(Number),
  });
});

test("prompts of JSON lines, with their own fields and ids", async () => {
  await write(
    "prompts.jsonl",
    '{"prompt":"one"}\n{"id":7,"prompt":"two","temperature":0}\n{"custom_id":"x","messages":[{"role":"user","content":"three"}]}\n',
  );
  const { code, stdout } = await orpool(
    ["run", "prompts.jsonl", "--simple", "-q", "-m", "test/model:free"],
    options,
  );
  expect(code).toBe(0);
  const results = jsonLines<Simple>(stdout);
  expect(results.sort((a, b) => a.id.localeCompare(b.id))).toEqual([
    { id: "7", content: "echo: two" },
    { id: "line-1", content: "echo: one" },
    { id: "x", content: "echo: three" },
  ]);
});

test("a CSV with a template", async () => {
  await write(
    "words.csv",
    'id,language,text\na,French,"Hello, you"\nb,German,Good night\n',
  );
  const template = "Into {language}: {text} {{}}";
  const { code, stdout } = await orpool(
    ["run", "words.csv", "-t", template, "--simple", "-q"],
    options,
  );
  expect(code).toBe(0);
  expect(
    jsonLines<Simple>(stdout).sort((a, b) => a.id.localeCompare(b.id)),
  ).toEqual([
    { id: "a", content: "echo: Into French: Hello, you {}" },
    { id: "b", content: "echo: Into German: Good night {}" },
  ]);
});

test("text from standard input; a receiver of notices that is not there changes nothing", async () => {
  const { code, stdout, stderr } = await orpool(
    ["run", "-", "--simple", "-q", "--notify", "http://127.0.0.1:1/hook"],
    { ...options, input: "first\n\nsecond\n" },
  );
  expect(code).toBe(0);
  expect(stderr).toBe("127.0.0.1:1 was not notified: it cannot be reached\n");
  const contents = jsonLines<Simple>(stdout).map(({ content }) => content);
  expect(contents.sort()).toEqual(["echo: first", "echo: second"]);
});

test("retry sends only the failed lines again, and completes the results", async () => {
  const faulty = batchLine("faulty", { model: "test/faulty:free" });
  await write("faulty.jsonl", `${batchInput(5)}${JSON.stringify(faulty)}\n`);
  const run = ["run", "faulty.jsonl", "-o", "faulty-results.jsonl", "-q"];
  const first = await orpool(run, options);
  expect(first.code).toBe(3);
  const [{ batch } = { batch: "" }] = jsonLines<{ batch: string }>(
    first.stdout,
  );

  await stack.simulator.settings({ models: { "test/faulty:free": null } });
  const retry = ["retry", batch, "-o", "faulty-results.jsonl", "-q"];
  const again = await orpool([...retry, "--continue"], options);
  expect(again.code).toBe(0);
  expect(jsonLines(again.stdout)).toMatchObject([{ total: 1, completed: 1 }]);
  const results = parseOutput(await read("faulty-results.jsonl"));
  expect(results).toHaveLength(6);
  for (const line of results) expect(line.response?.status_code).toBe(200);

  const [{ batch: retried } = { batch: "" }] = jsonLines<{ batch: string }>(
    again.stdout,
  );
  const nothing = await orpool(["retry", retried], options);
  expect(nothing.code).toBe(2);
  expect(nothing.stderr).toContain("no failed lines");
});

test("some lines fail: 3; --continue sends only those again", async () => {
  const refused = batchLine("bad", { model: "test/refused:free" });
  await write("some.jsonl", `${batchInput(5)}${JSON.stringify(refused)}\n`);
  const args = ["run", "some.jsonl", "-o", "some-results.jsonl", "-q"];
  expect((await orpool(args, options)).code).toBe(3);
  expect(parseOutput(await read("some-results.jsonl"))).toHaveLength(6);

  await stack.simulator.settings({ models: { "test/refused:free": null } });
  const again = await orpool([...args, "--continue"], options);
  expect(again.code).toBe(0);
  expect(jsonLines(again.stdout)).toMatchObject([{ total: 1, completed: 1 }]);
  const results = parseOutput(await read("some-results.jsonl"));
  expect(new Set(results.map((line) => line.custom_id)).size).toBe(6);
  expect(results).toHaveLength(6);

  const { code, stderr } = await orpool([...args, "--continue"], options);
  expect(code).toBe(0);
  expect(stderr).toContain("already");
});

test("Ctrl-C leaves the batch running and tells how to come back", async () => {
  await write("long.jsonl", batchInput(500));
  const operator = new AdminClient(stack.url);
  await operator.logIn(operatorPassword);
  const before = (await stack.simulator.calls({ marker: "line-20" })).length;
  const run = ["run", "long.jsonl", "-o", "long results.jsonl"];
  const { child, result } = startOrpool([...run, "--simple"], options);
  await until("the batch runs", async () => {
    const calls = await stack.simulator.calls({ marker: "line-20" });
    return calls.length > before;
  });
  // However slow this machine is, the batch does not end before its time.
  await operator.act("pause");
  const { stdout } = await orpool(["status", "-n", "1"], options);
  const [batch] = jsonLines<{
    id: string;
    request_counts: { total: number };
  }>(stdout);
  expect(batch?.request_counts.total).toBe(500);
  const id = batch?.id ?? "";
  child.kill("SIGINT");
  const { code, stderr } = await result;
  expect(code).toBe(130);
  expect(stderr).toContain(
    `orpool resume ${id} -o 'long results.jsonl' --simple\n`,
  );

  const again = await orpool(run, options);
  expect(again.code).toBe(2);
  expect(again.stderr).toContain(`This input runs already as ${id}`);
  expect(again.stderr).toContain("--again");
  const partial = await orpool(["results", id], options);
  expect(partial.code).toBe(0);
  // An answer that is there already is kept, and not written twice.
  const kept = { id: "line-0", content: "kept" };
  await write("long results.jsonl", `${JSON.stringify(kept)}\n`);
  await operator.act("resume");
  const resumed = await orpool([...run, "--continue", "--simple"], options);
  expect(resumed.code).toBe(0);
  expect(jsonLines(resumed.stdout)).toMatchObject([{ batch: id }]);
  const results = jsonLines<Simple>(await read("long results.jsonl"));
  expect(results).toHaveLength(500);
  expect(results[0]).toEqual(kept);
});

test("a file of results is never overwritten unless it is said", async () => {
  await write("one.jsonl", batchInput(1));
  await write("taken.jsonl", "mine\n");
  const run = ["run", "one.jsonl", "-q", "-o", "taken.jsonl"];
  const refused = await orpool(run, options);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("taken.jsonl is there already");
  expect(await read("taken.jsonl")).toBe("mine\n");
  expect((await orpool([...run, "--force"], options)).code).toBe(0);
  expect(parseOutput(await read("taken.jsonl"))).toHaveLength(1);
});

test("detached with a window that is too short, then cancelled: 4", async () => {
  await write("detached.jsonl", batchInput(2_000));
  const { code, stdout, stderr } = await orpool(
    ["run", "detached.jsonl", "--detach", "-q", "-w", "10s"],
    options,
  );
  expect(code).toBe(0);
  expect(jsonLines(stderr)[0]?.warning).toMatch(
    /^2,000 lines, 500,000 calls a day: ends about .+; the window of 10 s is too short$/,
  );
  const id = stdout.trim();
  const cancelled = await orpool(["cancel", id], options);
  expect(jsonLines(cancelled.stdout)).toEqual([
    { batch: id, status: "cancelling" },
  ]);
  const resumed = await orpool(["resume", id, "-q"], options);
  expect(resumed.code).toBe(4);
});

test("an invalid input: 4, one sentence for a mistake of many lines, and a notice", async () => {
  const wrong = Array.from({ length: 20 }, (_, index) =>
    JSON.stringify(batchLine(`a-${index}`, { extra: { body: {} } })),
  );
  await write("wrong.jsonl", wrong.join("\n"));
  const notices: unknown[] = [];
  const receiver = createServer(async (request, response) => {
    notices.push(await json(request));
    response.end();
  }).listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const { port } = receiver.address() as AddressInfo;
  const { code, stderr } = await orpool(
    ["run", "wrong.jsonl", "-q", "--notify", `http://127.0.0.1:${port}/hook`],
    options,
  );
  receiver.close();
  expect(code).toBe(4);
  expect(stderr).toContain("Lines 1, 2, 3, 4, 5 and 15 more: ");
  expect(stderr).toContain('the request has no "messages"');
  expect(stderr.match(/messages/g)).toHaveLength(1);
  expect(notices).toMatchObject([
    { status: "failed", text: expect.stringContaining("failed; 0 of ") },
  ]);
});

test("the pool as JSON lines", async () => {
  const { code, stdout } = await orpool(["keys"], options);
  expect(code).toBe(0);
  const keys = jsonLines(stdout);
  expect(keys).toHaveLength(5);
  expect(keys[0]).toMatchObject({
    state: "available",
    day: { used: expect.any(Number) },
  });
});

test("a shell completes commands, options, choices and files", async () => {
  await write("complete-me.jsonl", "");
  const complete = async (...words: string[]) =>
    (await orpool(["complete", "--", ...words], options)).stdout;
  expect(await complete("re")).toMatch(/^resume\t/m);
  expect(await complete("run", "--for")).toMatch(/^--format\t/m);
  expect(await complete("run", "x", "--format", "par")).toContain("parquet");
  expect(await complete("run", "complete-")).toContain("complete-me.jsonl");
  for (const shell of ["bash", "zsh", "fish"]) {
    const { stdout } = await orpool(["completion", shell], options);
    expect(stdout).toContain("orpool complete --");
  }
});

test.for([
  ["an unknown option", ["run", "x", "--nonsense"], 2],
  ["an input that is not there", ["run", "nowhere.jsonl"], 2],
  ["a CSV without template", ["run", "some.csv"], 2],
  ["an unknown batch", ["resume", "batch_nowhere"], 2],
  ["results into a folder", ["run", "one.jsonl", "-o", "."], 2],
  [
    "results into a folder that is not there",
    ["run", "one.jsonl", "-o", "nowhere/results.jsonl"],
    2,
  ],
  ["no gateway", ["keys", "--url", "http://127.0.0.1:1"], 1],
] as const)("%s ends with its code", async ([, args, code]) => {
  const result = await orpool(args, options);
  expect(result.code).toBe(code);
  expect(result.stderr.trim()).not.toBe("");
  expect(result.stderr).not.toContain("    at ");
});
