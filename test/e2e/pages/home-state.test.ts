import { afterEach, expect, inject, onTestFinished, test } from "vitest";
import { AdminClient } from "../../support/clients/admin-client.ts";
import { operatorPassword } from "../../support/clients/operator.ts";
import { readPoolStatus } from "../../support/clients/pool-status.ts";
import { usePages } from "../../support/pages/browser.ts";
import {
  type StackOptions,
  startStack,
  testKey,
} from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const pages = usePages();
afterEach(async () => {
  await pages.closeAll();
  expect(pages.takeComplaints()).toEqual([]);
});

async function start(options: Omit<StackOptions, "redisUrl">) {
  const stack = await startStack({ redisUrl: inject("redisUrl"), ...options });
  onTestFinished(() => stack.stop());
  return stack;
}

async function openHome(url: string) {
  const page = await pages.open(url);
  await page.goto("/");
  return page.locator("#state-text");
}

test("where no key works, the home page says that, not that the day's calls are used up", async () => {
  // OpenRouter does not know these keys.
  const env = { OPENROUTER_API_KEYS: `${testKey(7)},${testKey(8)}` };
  const { url } = await start({ accounts: 1, env });
  await until("both keys are found invalid", async () => {
    const { keys } = await readPoolStatus(url);
    return keys.length === 2 && keys.every(({ state }) => state === "invalid");
  });
  const state = await openHome(url);
  await state.getByText("No key of OpenRouter works").waitFor();
});

test("while the queue is paused, the home page says that, and is ready again when it is resumed", async () => {
  const { url } = await start({ env: { ADMIN_PASSWORD: operatorPassword } });
  await until("the keys are known", async () => {
    const { keys } = await readPoolStatus(url);
    return keys.length > 0;
  });
  const operator = new AdminClient(url);
  await operator.logIn(operatorPassword);
  expect((await operator.act("pause")).status).toBe(303);
  const state = await openHome(url);
  await state.getByText("The queue is paused").waitFor();
  expect((await operator.act("resume")).status).toBe(303);
  await state.getByText("Ready:").waitFor();
});
