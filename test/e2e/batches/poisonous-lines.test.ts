import { hash } from "node:crypto";
import { afterEach, expect, inject, test } from "vitest";
import { batchClient } from "../../support/clients/batch-client.ts";
import { batchInput, batchLine } from "../../support/clients/batch-input.ts";
import { send } from "../../support/clients/send.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

/** A line whose body has so many arrays within each other. */
function nestedLine(customId: string, levels: number): string {
  const { body, ...rest } = batchLine(customId);
  const nested = `${"[".repeat(levels)}${"]".repeat(levels)}`;
  const text = JSON.stringify({ ...body, nested: "?" });
  return `${JSON.stringify(rest).slice(0, -1)},"body":${text.replace('"?"', nested)}}\n`;
}

function upload(url: string, input: string) {
  const form = new FormData();
  form.set("purpose", "batch");
  form.set("file", new Blob([input]), "input.jsonl");
  return send(`${url}/v1/files`, { method: "POST", body: form });
}

test.each([2_500, 100_000])(
  "a line that is nested %i levels deep is refused with its number",
  async (levels) => {
    stack = await startStack({ redisUrl: inject("redisUrl") });
    const input = `${batchInput(1)}${nestedLine("deep", levels)}`;
    const { status, body } = await upload(stack.url, input);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: { message: expect.stringMatching(/^Line 2: .*nested too deeply/) },
    });
    expect((await fetch(`${stack.url}/health`)).status).toBe(200);
  },
);

test("a line that is nested as deeply as allowed is executed", async () => {
  stack = await startStack({ redisUrl: inject("redisUrl") });
  const client = batchClient(stack.url);
  const id = await client.start(nestedLine("deep", 200));
  const batch = await client.untilStatus(id, "completed");
  expect(batch.request_counts).toEqual({ total: 1, completed: 1, failed: 0 });
});

test("a body reaches OpenRouter as its bytes stand in the file", async () => {
  stack = await startStack({ redisUrl: inject("redisUrl") });
  const body =
    '{ "model":"test/model:free", "user":"x", "seed": 1.0, "seed": 12345678901234567890, "messages":[{"role":"user","content":"a\u2028b\u2029c\u0085d"}] }';
  const line = `{"custom_id":"a\u2028b","method":"POST","url":"/v1/chat/completions","body":${body}}\r\n`;
  const client = batchClient(stack.url);
  const id = await client.start(`${line}${batchInput(1)}`);
  const batch = await client.untilStatus(id, "completed");
  expect(batch.request_counts).toEqual({ total: 2, completed: 2, failed: 0 });
  const calls = await stack.simulator.calls();
  const sent = calls.map(({ bodySha256 }) => bodySha256);
  expect(sent).toContain(hash("sha256", body));
  const output = await client.download(batch.output_file_id);
  expect(output.map((result) => result.custom_id).toSorted()).toEqual([
    "a\u2028b",
    "line-0",
  ]);
});
