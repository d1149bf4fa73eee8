import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { batchSchema } from "../../../apps/cli/src/gateway/objects.ts";
import type { DownloadOptions } from "../../../apps/cli/src/results/download.ts";
import { writeResults } from "../../../apps/cli/src/results/write-results.ts";
import {
  type Answer,
  completedBatch,
  type GatewayDouble,
  startGatewayDouble,
} from "../../support/terminal/gateway-double.ts";

let folder: string;
let double: GatewayDouble | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "write-results-"));
});
afterEach(async () => {
  double?.close();
  double = undefined;
  await rm(folder, { recursive: true, force: true });
});

const text = ["a", "ä", "c"]
  .map((id) => `{"custom_id":"${id}","response":{"status_code":200}}\n`)
  .join("");
const bytes = Buffer.from(text);
/** In the middle of a line. */
const middle = 70;

/** Writes the results of a completed batch to `results.jsonl`. */
async function write(answer: Answer, limits?: DownloadOptions) {
  double = await startGatewayDouble(answer);
  const batch = batchSchema.parse(completedBatch);
  const path = join(folder, "results.jsonl");
  const results = { path, form: "openai", answered: undefined } as const;
  await writeResults(double.gateway, batch, results, limits);
  return readFile(path, "utf8");
}

const etag = '"file-1"';

/** Sends the whole content in its headers, and half of it in its body; then breaks or hangs. */
function sendHalf(
  response: Parameters<Answer>[0],
  headers: Record<string, string>,
  then: "breaks" | "hangs" = "breaks",
): void {
  response.writeHead(200, { "content-length": `${bytes.length}`, ...headers });
  response.write(bytes.subarray(0, middle), () => {
    if (then === "breaks") setTimeout(() => response.destroy(), 20);
  });
}

test("a gateway that restarts is waited for", async () => {
  const written = await write((response, number) => {
    if (number === 1) response.destroy();
    else if (number === 2) response.writeHead(503).end("{}");
    else response.end(text);
  });
  expect(written).toBe(text);
});

test.for(["breaks", "hangs"] as const)(
  "a download that %s goes on with the next byte",
  async (fault) => {
    const ranges: unknown[] = [];
    const written = await write(
      (response, number, { headers }) => {
        ranges.push(headers.range);
        if (number === 1) return sendHalf(response, { etag }, fault);
        response.writeHead(206, { etag });
        response.end(bytes.subarray(middle));
      },
      { timeoutMs: 300 },
    );
    expect(written).toBe(text);
    expect(ranges).toEqual([undefined, `bytes=${middle}-`]);
  },
);

test("what is sent a second time is left out, where a proxy serves no ranges", async () => {
  const written = await write((response, number) => {
    if (number === 1) return sendHalf(response, { etag });
    response.writeHead(200, { etag: `W/${etag}` });
    response.end(text);
  });
  expect(written).toBe(text);
});

test.for([
  ["results that still grow", {}, /broke off/],
  ["results that have changed", { etag: '"other"' }, /have changed/],
] as const)("%s are not continued", async ([, headers, message]) => {
  const written = write((response, number) => {
    if (number === 1) return sendHalf(response, headers);
    response.writeHead(200, { etag });
    response.end(text);
  });
  await expect(written).rejects.toThrow(message);
  expect(await readdir(folder)).toEqual([]);
});

test("failures that last longer than the patience end it, and leave no file", async () => {
  const written = write(
    (response) => {
      response.writeHead(503).end('{"error":{"message":"no","code":503}}');
    },
    { patienceMs: 100 },
  );
  await expect(written).rejects.toMatchObject({
    message: "503: no",
    exitCode: 1,
  });
  expect(await readdir(folder)).toEqual([]);
});

test("an interruption ends it at once, also while a download hangs", async () => {
  const interruption = new AbortController();
  const { signal: interrupted } = interruption;
  const written = write(
    (response) => {
      sendHalf(response, { etag }, "hangs");
      setTimeout(() => interruption.abort(), 50);
    },
    { interrupted },
  );
  await expect(written).rejects.toThrow();
  expect(await readdir(folder)).toEqual([]);
});
