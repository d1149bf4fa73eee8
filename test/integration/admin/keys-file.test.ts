import {
  chmod,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  KeyRefusedError,
  openKeysFile,
} from "../../../apps/gateway/src/admin/keys/keys-file.ts";
import { testKey } from "../../support/processes/stack.ts";

let folder = "";
let path = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "orpool-keys-"));
  path = join(folder, "keys.txt");
  await writeFile(path, `# ours\nalice=${testKey(1)}`, { mode: 0o640 });
});
afterEach(() => rm(folder, { recursive: true }));

test("a key is added at the end, the rest and the file's mode stay, and nothing else is left", async () => {
  const file = openKeysFile(path);
  const added = await file.add({ key: ` ${testKey(2)} `, account: "bob" });
  expect(added).toEqual({
    id: expect.any(String),
    mask: expect.stringMatching(/^sk-or-v1-.{3}\.\.\..{3}$/),
    account: "bob",
  });
  await file.add({ key: testKey(3), account: "" });
  expect(await readFile(path, "utf8")).toBe(
    `# ours\nalice=${testKey(1)}\nbob=${testKey(2)}\n${testKey(3)}\n`,
  );
  expect((await stat(path)).mode & 0o777).toBe(0o640);
  expect(await readdir(folder)).toEqual(["keys.txt"]);
});

test.each([
  ["one that is there", testKey(1), "", /is in the file already/],
  ["two lines", `${testKey(2)}\n${testKey(3)}`, "", /one line/],
  ["no key", "short", "", /a key is 8 to 512/],
  ["a bad name", testKey(2), "a b", /account names|may follow a key/],
  ["a name that is a key's begin", testKey(2), "sk-x", /account names/],
  ["a name with =", testKey(2), "a=b", /account names are|account names/],
])("%s is refused without being repeated", async (_, key, account, why) => {
  const before = await readFile(path, "utf8");
  const error = await openKeysFile(path)
    .add({ key, account })
    .catch((error: unknown) => error as Error);
  expect(error).toBeInstanceOf(KeyRefusedError);
  expect((error as Error).message).toMatch(why);
  expect((error as Error).message).not.toContain(key);
  expect(await readFile(path, "utf8")).toBe(before);
  expect(await readdir(folder)).toEqual(["keys.txt"]);
});

test("of many who add at a time each is in the file, or told to try again", async () => {
  const results = await Promise.allSettled(
    Array.from({ length: 10 }, (_, index) =>
      openKeysFile(path).add({ key: testKey(10 + index), account: "" }),
    ),
  );
  const text = await readFile(path, "utf8");
  for (const [index, { status }] of results.entries()) {
    expect(text.includes(testKey(10 + index))).toBe(status === "fulfilled");
  }
  expect(await readdir(folder)).toEqual(["keys.txt"]);
});

test("a link stays one, and a file that may not be written is known as such", async () => {
  const link = join(folder, "link");
  await symlink(path, link);
  await openKeysFile(link).add({ key: testKey(2), account: "" });
  expect(await readFile(path, "utf8")).toContain(testKey(2));
  expect(await openKeysFile(link).isWritable()).toBe(true);
  expect(await openKeysFile(join(folder, "none")).isWritable()).toBe(false);
  if (process.getuid?.() === 0) return;
  await chmod(path, 0o440);
  expect(await openKeysFile(path).isWritable()).toBe(false);
});
