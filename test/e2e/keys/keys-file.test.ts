import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, inject, test } from "vitest";
import { burst, chat, countStatuses } from "../../support/clients/chat.ts";
import {
  type Stack,
  startStack,
  testKey,
} from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

let stack: Stack | undefined;
let folder: string | undefined;
afterEach(async () => {
  await stack?.stop();
  if (folder) await rm(folder, { recursive: true });
});

const accounts = ["alice", "bob", "carol"] as const;
const lineOf = (index: number) => `${accounts[index]}=${testKey(index)}`;
const perMinute = 10;

/** Workers that read their keys from a file; OpenRouter knows the keys of all three accounts. */
async function start(text: string) {
  folder = await mkdtemp(join(tmpdir(), "orpool-keys-"));
  const path = join(folder, "keys.txt");
  await writeFile(path, text);
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    keys: accounts.map((_, index) => lineOf(index)),
    perMinute,
    perDay: 10_000,
    windowMs: 2_000,
    workers: 2,
    env: { OPENROUTER_API_KEYS: "", OPENROUTER_API_KEYS_FILE: path },
  });
  const write = async (changed: string) => {
    await writeFile(`${path}.new`, changed);
    await rename(`${path}.new`, path);
  };
  return { ...stack, write };
}

test("keys come and go in mid-burst, no client notices, and no account exceeds its limit", async ({
  annotate,
}) => {
  const { url, simulator, workers, write } = await start(
    `# the first ones\n${lineOf(0)}\n\n${lineOf(1)} # bob's\n`,
  );
  const callsOf = async (index: number) =>
    (await simulator.calls({ key: testKey(index) })).length;
  const asked = burst(url, 100);
  await until("both keys are used", async () => (await callsOf(1)) > 0);
  expect(await callsOf(2)).toBe(0);

  const changedAt = Date.now();
  await write(`${lineOf(1)}\n${lineOf(2)}\n`);
  await until("the new key is used", async () => (await callsOf(2)) > 0);
  await annotate(`the new key was used after ${Date.now() - changedAt} ms`);
  for (const worker of workers) {
    await until("every worker has changed", async () =>
      worker.logged("The keys have changed").at(-1),
    );
  }
  const callsOfTheRemoved = await callsOf(0);

  expect(countStatuses(await asked)).toEqual({ 200: 100 });
  expect(await callsOf(0)).toBe(callsOfTheRemoved);
  const { quotaViolations, worstWindow } = await simulator.summary();
  expect(quotaViolations).toBe(0);
  expect(Math.max(...Object.values(worstWindow))).toBe(perMinute);
  const status = await until("the pool shows its new keys", async () => {
    const response = await fetch(`${url}/api/v1/keys/status`);
    const { keys } = (await response.json()) as { keys: { account: string }[] };
    const names = keys.map((key) => key.account).sort();
    return names.length === 2 && names;
  });
  expect(status).toEqual(["bob", "carol"]);
});

test("a file that cannot be used changes nothing, and is told without its text", async () => {
  const { url, workers, write } = await start(`${lineOf(0)}\n`);
  await write(`${lineOf(1)}\nsk-or-v1-half of a key\n`);
  const [worker] = workers;
  const line = await until("it is told", async () =>
    worker?.logged("The keys' file was not taken over").at(-1),
  );
  expect(JSON.stringify(line)).toContain("line 2: a key is 8 to 512");
  expect(JSON.stringify(line)).not.toContain("half of");
  expect((await chat(url)).status).toBe(200);
});
