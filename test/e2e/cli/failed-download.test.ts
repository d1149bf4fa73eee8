import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { batchInput } from "../../support/clients/batch-input.ts";
import {
  completedBatch,
  type GatewayDouble,
  sendCompletedBatch,
  startGatewayDouble,
} from "../../support/terminal/gateway-double.ts";
import { startOrpool } from "../../support/terminal/orpool.ts";

let cwd: string;
let double: GatewayDouble | undefined;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "orpool-download-"));
  await writeFile(join(cwd, "input.jsonl"), batchInput(1));
});
afterEach(async () => {
  double?.close();
  double = undefined;
  await rm(cwd, { recursive: true, force: true });
});

/** Starts a command at a gateway whose batch is complete, and whose results fail. */
async function startAtFailing(
  args: readonly string[],
  sendContent: (response: ServerResponse) => void,
) {
  double = await startGatewayDouble((response, _, { url = "" }) => {
    if (url.endsWith("/content")) sendContent(response);
    else if (url.startsWith("/v1/files")) {
      response.end(JSON.stringify({ id: "file-0", bytes: 1 }));
    } else if (url.startsWith("/v1/batches?")) {
      response.end(JSON.stringify({ data: [], has_more: false }));
    } else sendCompletedBatch(response);
  });
  const flags = ["-o", "results.jsonl", "-q"];
  return startOrpool([...args, ...flags], { url: double.url, cwd });
}

const wayBack = `To return to the batch ${completedBatch.id}:
  come back:  orpool resume ${completedBatch.id} -o results.jsonl --quiet
`;

test.for([
  ["run", "input.jsonl"],
  ["retry", completedBatch.id],
])(
  "%s tells how to return to the batch when its results cannot be read",
  async (args) => {
    const { result } = await startAtFailing(args, (response) => {
      response.writeHead(403).end('{"error":{"message":"no","code":403}}');
    });
    const { code, stderr } = await result;
    expect(stderr).toContain(`403: no\n${wayBack}`);
    expect(code).toBe(2);
    expect(await readdir(cwd)).toEqual(["input.jsonl"]);
  },
);

test("an unknown batch is nothing to return to", async () => {
  double = await startGatewayDouble((response) => {
    response.writeHead(404).end('{"error":{"message":"none","code":404}}');
  });
  const { result } = startOrpool(["resume", "batch_2"], {
    url: double.url,
    cwd,
  });
  expect(await result).toEqual({ code: 2, stdout: "", stderr: "404: none\n" });
});

test("Ctrl-C ends a download that is tried again, and tells how to return", async () => {
  const { promise: isAsked, resolve: ask } = Promise.withResolvers<void>();
  const args = ["run", "input.jsonl"];
  const { child, result } = await startAtFailing(args, (response) => {
    response.writeHead(503).end();
    ask();
  });
  await isAsked;
  child.kill("SIGINT");
  const { code, stderr } = await result;
  expect(stderr).toContain(wayBack);
  expect(code).toBe(130);
  expect(await readdir(cwd)).toEqual(["input.jsonl"]);
});
