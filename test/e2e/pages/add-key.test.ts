import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterEach, expect, inject, test } from "vitest";
import { readPoolStatus } from "../../support/clients/pool-status.ts";
import { findBarriers } from "../../support/pages/accessibility.ts";
import { logInPage, usePages } from "../../support/pages/browser.ts";
import {
  type Stack,
  startStack,
  testKey,
} from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const password = "correct horse battery";
const pages = usePages();

let stack: Stack | undefined;
let folder: string | undefined;
afterEach(async () => {
  await pages.closeAll();
  await stack?.stop();
  if (folder) await rm(folder, { recursive: true });
});

test("a key is added on the page, workers take it over, keys are found by search, and it stands nowhere but in the file", async () => {
  folder = await mkdtemp(join(tmpdir(), "orpool-keys-"));
  const path = join(folder, "keys.txt");
  await writeFile(path, `alice=${testKey(1)}\nalice=${testKey(2)}\n`);
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    keys: [1, 2].map((n) => `alice=${testKey(n)}`).concat(`bob=${testKey(3)}`),
    env: {
      ADMIN_PASSWORD: password,
      OPENROUTER_API_KEYS: "",
      OPENROUTER_API_KEYS_FILE: path,
    },
  });
  const { url, gateways, workers, prefix } = stack;
  const page = await pages.open(url, { colorScheme: "dark" });
  await logInPage(page, password);
  expect(await page.locator("tr.account").textContent()).toMatch(
    /alice\s+2 keys share one budget/,
  );
  await page.getByRole("link", { name: "Add a key" }).click();
  expect(await findBarriers(page)).toEqual([]);
  await page.getByLabel("Key", { exact: true }).fill(testKey(3));
  await page.getByLabel("Account").fill("bob");
  await page.getByRole("button", { name: "Add the key" }).click();
  await page.getByRole("heading", { name: "The key was added" }).waitFor();
  await until("the workers have it", async () => {
    const { keys } = await readPoolStatus(url);
    return keys.some(({ account }) => account === "bob");
  });

  await page.goto("/admin");
  await page.getByRole("searchbox").fill("BOB");
  await page.getByRole("button", { name: "Find" }).click();
  await page.waitForURL(/find=BOB/);
  expect(await page.locator("#keys tbody tr").count()).toBe(1);
  expect(await findBarriers(page)).toEqual([]);

  expect(await readFile(path, "utf8")).toContain(`bob=${testKey(3)}`);
  const secret = testKey(3).slice(12, -4);
  const output = [...gateways, ...workers].flatMap(({ output }) => output);
  expect(output.join("\n")).toContain("An operator added a key");
  expect(output.join("\n")).not.toContain(secret);
  const redis = new Redis(inject("redisUrl"));
  try {
    const names = await redis.keys(`*${prefix}*`);
    const dumps = await Promise.all(
      names.map((name) => redis.dumpBuffer(name)),
    );
    expect(
      Buffer.concat(dumps.map((d) => d ?? Buffer.of())).includes(secret),
    ).toBe(false);
  } finally {
    redis.disconnect();
  }
});
