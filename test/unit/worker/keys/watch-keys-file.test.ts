import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "@openrouter-free-pool/shared/config/load-config";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { watchKeysFile } from "../../../../apps/worker/src/keys/watch-keys-file.ts";
import { until } from "../../../support/until.ts";

/** Watches a file; what reading it throws, one after the other. */
async function watch(...failures: Error[]) {
  const folder = await mkdtemp(join(tmpdir(), "keys-file-"));
  const path = join(folder, "keys");
  await writeFile(path, "first\n");
  const lines: string[] = [];
  const logger = pino({}, { write: (line) => lines.push(line) });
  const counts = { tries: 0, taken: 0 };
  const watching = watchKeysFile(
    path,
    async () => {
      counts.tries += 1;
      const failure = failures.shift();
      if (failure) throw failure;
      counts.taken += 1;
    },
    logger,
  );
  onTestFinished(async () => {
    await watching.stop();
    await rm(folder, { recursive: true });
  });
  return { path, lines, counts };
}

test("a change that could not be taken over, as Redis was away, is tried again, and reported once", async () => {
  const away = new Error("Connection is closed.");
  const { lines, counts } = await watch(away, away);
  await until("it is taken over", () => counts.taken > 0);
  expect(counts.tries).toBe(3);
  expect(lines.length).toBe(1);
});

test("a file that is wrong is reported once, and read again when it has changed", async () => {
  const { path, lines, counts } = await watch(new ConfigError("not a key"));
  await until("it is read", () => counts.tries > 0);
  await writeFile(path, "second and longer\n");
  await until("it is taken over", () => counts.taken > 0);
  expect(counts).toEqual({ tries: 2, taken: 1 });
  expect(lines.length).toBe(1);
});
