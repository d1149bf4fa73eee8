import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { batchClient } from "../../support/clients/batch-client.ts";
import { batchInput } from "../../support/clients/batch-input.ts";
import { send } from "../../support/clients/send.ts";
import { startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const lines = 400;

/** A disk of its own in memory; undefined where one may not be mounted. */
function mountDisk(megabytes: number) {
  const path = mkdtempSync(join(tmpdir(), "orpool-disk-"));
  const size = `size=${megabytes}m`;
  const { status } = spawnSync("mount", [
    "-t",
    "tmpfs",
    "-o",
    size,
    "none",
    path,
  ]);
  if (status !== 0) {
    rmdirSync(path);
    return undefined;
  }
  return {
    path,
    enlargeTo: (more: number) =>
      execFileSync("mount", ["-o", `remount,size=${more}m`, path]),
    freeBytes() {
      const { bavail, bsize } = statfsSync(path);
      return bavail * bsize;
    },
    remove() {
      execFileSync("umount", [path]);
      rmdirSync(path);
    },
  };
}

test("the disk of files is full: an upload is refused and leaves nothing, a batch goes on when there is room", async (context) => {
  const disk = mountDisk(1);
  if (!disk) return context.skip("needs the right to mount a disk");
  context.onTestFinished(() => disk.remove());
  const stack = await startStack({
    redisUrl: inject("redisUrl"),
    perMinute: 200,
    perDay: 100_000,
    windowMs: 1_000,
    env: { FILES_PATH: disk.path },
    simulator: { responseBytes: 4_000 },
  });
  context.onTestFinished(() => stack.stop());
  const { url, simulator } = stack;
  const emptyBytes = disk.freeBytes();

  const form = new FormData();
  form.set("purpose", "batch");
  form.set("file", new Blob([batchInput(20_000)]), "large.jsonl");
  const refused = await send(`${url}/v1/files`, { method: "POST", body: form });
  expect(refused.status).toBe(503);
  expect(refused.headers.get("retry-after")).toBe("30");
  expect(refused.body).toMatchObject({
    error: { code: 503, message: "The storage of files failed" },
  });
  expect(disk.freeBytes()).toBeGreaterThan(emptyBytes * 0.95);

  // Its answers need more than there is.
  const client = batchClient(url);
  const id = await client.start(batchInput(lines));
  await until("the batch is held up", () =>
    stack.gateways.some(
      (gateway) => gateway.logged("A batch is held up").length,
    ),
  );
  disk.enlargeTo(20);
  const batch = await client.untilStatus(id, "completed");
  expect(batch.request_counts).toEqual({
    total: lines,
    completed: lines,
    failed: 0,
  });
  const output = await client.download(batch.output_file_id);
  expect(new Set(output.map((line) => line.custom_id)).size).toBe(lines);
  expect(output).toHaveLength(lines);
  const { total } = await simulator.summary();
  await context.annotate(`${total} calls for ${lines} lines`);
});
