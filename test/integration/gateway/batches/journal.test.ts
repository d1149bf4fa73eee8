import { appendFile, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { JournalWriter } from "../../../../apps/gateway/src/journals/journal-writer.ts";
import { readJournal } from "../../../../apps/gateway/src/journals/read-journal.ts";
import {
  openStorage,
  type Storage,
} from "../../../../apps/gateway/src/storage/open-storage.ts";

let folder: string;
let storage: Storage;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "journal-"));
  storage = await openStorage({
    FILES_STORAGE: "fs",
    FILES_PATH: folder,
    S3_REGION: "",
    FILE_SIZE_LIMIT: 0,
    FILE_TTL_SECONDS: 0,
  });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const entry = (line: number, text = `{"line":${line}}`) => ({
  line,
  code: "200",
  text,
});

async function readAll(): Promise<[number, string][]> {
  const entries: [number, string][] = [];
  for await (const { line, text } of readJournal(storage, "b")) {
    entries.push([line, text.toString()]);
  }
  return entries.sort(([a], [b]) => a - b);
}

const segments = () => readdir(join(folder, "journals", "b"));

test("many small flushes end in few segments, and nothing is lost", async () => {
  const writer = new JournalWriter(storage, "b", "one");
  for (let line = 1; line <= 200; line += 1) {
    writer.add(entry(line));
    await writer.flush();
  }
  expect(writer.pendingBytes).toBe(0);
  expect((await segments()).length).toBeLessThan(40);
  expect((await readAll()).map(([line]) => line)).toEqual(
    Array.from({ length: 200 }, (_, index) => index + 1),
  );
});

test("of a line that two leaders wrote, one result is read", async () => {
  const first = new JournalWriter(storage, "b", "one");
  first.add(entry(1, '{"from":"one"}'));
  await first.flush();
  const second = new JournalWriter(storage, "b", "two");
  second.add(entry(1, '{"from":"two"}'));
  second.add(entry(2));
  await second.flush();
  expect(await readAll()).toEqual([
    [1, '{"from":"one"}'],
    [2, '{"line":2}'],
  ]);
});

test("an entry that was cut off in mid-write counts for nothing", async () => {
  const writer = new JournalWriter(storage, "b", "one");
  writer.add(entry(1));
  await writer.flush();
  const [segment = ""] = await segments();
  await appendFile(join(folder, "journals", "b", segment), '2 200 {"line":');
  expect(await readAll()).toEqual([[1, '{"line":1}']]);
});

test("segments that are merged while they are read are found again", async () => {
  const writer = new JournalWriter(storage, "b", "one");
  for (let line = 1; line <= 31; line += 1) {
    writer.add(entry(line));
    await writer.flush();
  }
  const lines: number[] = [];
  for await (const { line } of readJournal(storage, "b")) {
    lines.push(line);
    if (lines.length > 1) continue;
    // The 32nd flush merges all segments into one.
    writer.add(entry(32));
    await writer.flush();
    expect(await segments()).toHaveLength(1);
  }
  expect(lines.sort((a, b) => a - b)).toEqual(
    Array.from({ length: 32 }, (_, index) => index + 1),
  );
});

test("what could not be written is written the next time", async () => {
  const writer = new JournalWriter(storage, "b", "one");
  const blocked = join(folder, "journals");
  await writeFile(blocked, "a file where the folder should be");
  writer.add(entry(1));
  await expect(writer.flush()).rejects.toThrow();
  await rm(blocked);
  writer.add(entry(2));
  await writer.flush();
  expect((await readAll()).map(([line]) => line)).toEqual([1, 2]);
});
