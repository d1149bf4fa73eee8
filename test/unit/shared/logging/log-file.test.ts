import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLogFile } from "../../../../libs/shared/src/logging/log-file.ts";
import { buildLogger } from "../../../../libs/shared/src/logging/logger.ts";
import { until } from "../../../support/until.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "openrouter-free-pool-logs-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const files = () => readdirSync(folder).sort();
const open = async (app: string) =>
  buildLogger(
    { level: "info", app },
    await openLogFile(join(folder, "app.log")),
  );

test("a line is in the file as soon as it is logged", async () => {
  const logger = await open("gateway");
  logger.info("first");
  const [name = ""] = files();
  expect(name).toMatch(/^app\.\d{4}-\d\d-\d\d\.1\.log$/);
  expect(JSON.parse(readFileSync(join(folder, name), "utf8")).msg).toBe(
    "first",
  );
});

test("processes that share a file lose nothing, and a restart goes on with it", async () => {
  const loggers = [await open("gateway"), await open("worker")];
  for (let line = 0; line < 200; line += 1) {
    for (const logger of loggers) logger.info({ line }, "x".repeat(2_000));
  }
  (await open("gateway")).info("again");
  expect(files()).toHaveLength(1);
  const lines = readFileSync(join(folder, files()[0] ?? ""), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { app: string });
  expect(lines.filter(({ app }) => app === "gateway")).toHaveLength(201);
  expect(lines.filter(({ app }) => app === "worker")).toHaveLength(200);
});

test("at 50 MB a new file is begun", async () => {
  (await open("gateway")).info("small");
  const [first = ""] = files();
  // Sparse, so that it costs neither time nor disk.
  truncateSync(join(folder, first), 50 * 1024 * 1024);
  const logger = await open("gateway");
  await until("the second file is begun", () => {
    logger.info("tick");
    return files().length > 1;
  });
  expect(statSync(join(folder, first)).size).toBeGreaterThanOrEqual(52_428_800);
  expect(files()[1]).toMatch(/\.2\.log$/);
});

test("the newest 20 files are kept, and nothing else is touched", async () => {
  for (let day = 1; day <= 30; day += 1) {
    const date = `2020-01-${String(day).padStart(2, "0")}`;
    const path = join(folder, `app.${date}.1.log`);
    writeFileSync(path, "");
    utimesSync(path, new Date(date), new Date(date));
  }
  writeFileSync(join(folder, "notes.txt"), "mine");
  (await open("gateway")).info("small");
  const today = files().find((name) => !name.startsWith("app.2020")) ?? "";
  truncateSync(join(folder, today), 50 * 1024 * 1024);
  const logger = await open("gateway");
  await until("old files are removed", () => {
    logger.info("tick");
    return files().length === 21;
  });
  expect(files()).toContain("notes.txt");
  expect(files()).not.toContain("app.2020-01-01.1.log");
  expect(files()).toContain("app.2020-01-30.1.log");
});

test("a file that cannot be written is named in one line", async () => {
  const file = join(folder, "blocked", "app.log");
  writeFileSync(join(folder, "blocked"), "a file where a folder should be");
  await expect(openLogFile(file)).rejects.toThrow(
    /^LOG_FILE: got ".+blocked\/app\.log", wants a file that can be written \(.+\)$/,
  );
});
