import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BatchObject } from "@openrouter-free-pool/shared/api/batch-object";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  batchInput,
  batchLine,
  parseOutput,
} from "../../support/clients/batch-input.ts";
import { send } from "../../support/clients/send.ts";
import type { Stack } from "../../support/processes/stack.ts";
import { jsonLines, orpool } from "../../support/terminal/orpool.ts";
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
    simulator: { models: { "test/faulty:free": { fault: { kind: "400" } } } },
  }));
});
afterAll(() => stop?.());

const write = (name: string, text: string) => writeFile(join(cwd, name), text);

async function readBatch(id: string): Promise<BatchObject> {
  const { body } = await send(`${stack.url}/v1/batches/${id}`);
  return body as BatchObject;
}

async function untilEnded(id: string): Promise<BatchObject> {
  await until("the batch has ended", async () => {
    return (await readBatch(id)).completed_at !== null;
  });
  return readBatch(id);
}

/** Sends an input and leaves, as someone whose computer goes to sleep. */
async function leaveBatch(marker: string): Promise<string> {
  const lines = Array.from({ length: 3 }, (_, index) => {
    return JSON.stringify(batchLine(`${marker}-${index}`));
  });
  await write("input.jsonl", `${lines.join("\n")}\n`);
  const { stdout } = await orpool(["run", "input.jsonl", "-d"], options);
  const id = stdout.trim();
  await untilEnded(id);
  return id;
}

const countCalls = async (marker: string) =>
  (await stack.simulator.calls({ marker })).length;

test("an input whose results nobody has read is not called again", async () => {
  const id = await leaveBatch("unread");
  const run = ["run", "input.jsonl", "-o", "results.jsonl"];
  const refused = await orpool(run, options);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(
    `This input has run as ${id} (3 of 3 answered), and nobody has read its results\n`,
  );
  expect(refused.stderr).toContain(`orpool resume ${id} -o results.jsonl\n`);
  expect(refused.stderr).toContain("--again");

  const resumed = await orpool([...run, "--continue", "-q"], options);
  expect(resumed.code).toBe(0);
  expect(jsonLines(resumed.stdout)).toMatchObject([{ batch: id }]);
  const text = await readFile(join(cwd, "results.jsonl"), "utf8");
  expect(parseOutput(text)).toHaveLength(3);
  expect(await countCalls("unread-0")).toBe(1);

  // Now they have been read: the same input means new calls.
  const fresh = await orpool([...run, "--force", "-q"], options);
  expect(fresh.code).toBe(0);
  expect(jsonLines(fresh.stdout)).not.toMatchObject([{ batch: id }]);
  expect(await countCalls("unread-0")).toBe(2);
});

test("--again calls the lines of unread results again", async () => {
  await leaveBatch("again");
  const run = ["run", "input.jsonl", "--again", "-q"];
  expect((await orpool(run, options)).code).toBe(0);
  expect(await countCalls("again-0")).toBe(2);
});

test("results that were deleted cannot be returned to", async () => {
  const { output_file_id: output } = await readBatch(
    await leaveBatch("deleted"),
  );
  await send(`${stack.url}/v1/files/${output}`, { method: "DELETE" });
  expect((await orpool(["run", "input.jsonl", "-q"], options)).code).toBe(0);
});

test("results count as read when all of them were sent to the end", async () => {
  const faulty = batchLine("faulty", { model: "test/faulty:free" });
  await write("both.jsonl", `${batchInput(2)}${JSON.stringify(faulty)}\n`);
  const { stdout } = await orpool(["run", "both.jsonl", "-d"], options);
  const id = stdout.trim();
  const { output_file_id: output, error_file_id: errors } =
    await untilEnded(id);
  const readAt = async () => (await readBatch(id)).results_read_at;
  const contentOf = (file: string | null) =>
    `${stack.url}/v1/files/${file}/content`;

  await send(contentOf(output), { method: "HEAD" });
  await send(contentOf(output), { headers: { range: "bytes=0-9" } });
  await send(contentOf(errors));
  expect(await readAt()).toBeNull();
  // The rest, as after a download that broke off.
  const rest = await send(contentOf(output), {
    headers: { range: "bytes=10-" },
  });
  expect(rest.status).toBe(206);
  await until("they count as read", async () => (await readAt()) !== null);
});

test("a retry whose results nobody has read is not made a second time", async () => {
  const faulty = batchLine("retried", { model: "test/faulty:free" });
  await write("faulty.jsonl", `${JSON.stringify(faulty)}\n`);
  const run = ["run", "faulty.jsonl", "-o", "retried.jsonl", "-q"];
  const first = await orpool(run, options);
  const [{ batch } = { batch: "" }] = jsonLines<{ batch: string }>(
    first.stdout,
  );
  await stack.simulator.settings({ models: { "test/faulty:free": null } });

  const { stdout } = await orpool(["retry", batch, "-d"], options);
  const retried = stdout.trim();
  await untilEnded(retried);
  const calls = await countCalls("retried");
  const second = await orpool(["retry", batch], options);
  expect(second.code).toBe(2);
  expect(second.stderr).toContain(
    `These lines were tried again as ${retried} (1 of 1 answered)`,
  );
  const retry = ["retry", batch, "-o", "retried.jsonl", "--continue", "-q"];
  const resumed = await orpool(retry, options);
  expect(resumed.code).toBe(0);
  expect(jsonLines(resumed.stdout)).toMatchObject([{ batch: retried }]);
  expect(await countCalls("retried")).toBe(calls);
});
