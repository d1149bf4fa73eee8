import type { Page } from "playwright-core";
import { afterEach, expect, inject, test } from "vitest";
import { chat } from "../../support/clients/chat.ts";
import { findBarriers } from "../../support/pages/accessibility.ts";
import { logInPage, usePages } from "../../support/pages/browser.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const password = "correct horse battery";
const good = "qwen/qwen3-coder:free";
const lost = "google/gemma-4-31b-it:free";
const pages = usePages();

let stack: Stack | undefined;

afterEach(async () => {
  await pages.closeAll();
  await stack?.stop();
  stack = undefined;
});

const logIn = (page: Page) =>
  logInPage(page, password, { at: "/admin/models" });
const firstModel = (page: Page) =>
  page.locator("tbody tr th code").first().textContent();
const rowOf = (page: Page, model: string) =>
  page.locator("tbody tr", { hasText: model });

test("the page tells how models do, sorts by a column, and lets a gone model be called again", async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    simulator: { models: { [lost]: { fault: { kind: "404-no-endpoints" } } } },
    env: { ADMIN_PASSWORD: password },
  });
  const { url } = stack;
  expect((await chat(url, { model: good })).status).toBe(200);
  expect((await chat(url, { model: lost })).status).toBe(404);
  const looks = [
    { viewport: { width: 1280, height: 850 }, colorScheme: "light" },
    { viewport: { width: 390, height: 850 }, colorScheme: "dark" },
  ] as const;
  for (const look of looks) {
    const page = await pages.open(url, look);
    await logIn(page);
    await until("the record is told", async () =>
      /100 %/.test((await rowOf(page, good).textContent()) ?? ""),
    );
    await until("the loss is told", async () =>
      /Gone/.test((await rowOf(page, lost).textContent()) ?? ""),
    );
    expect(await firstModel(page)).toBe(good);
    expect(await findBarriers(page)).toEqual([]);
    const root = "document.documentElement";
    const overflow = await page.evaluate(`${root}.scrollWidth - innerWidth`);
    expect(overflow, JSON.stringify(look)).toBeLessThanOrEqual(0);
  }

  const page = await pages.open(url);
  await logIn(page);
  const state = page.getByRole("button", { name: "State" });
  await state.focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  const head = page.locator("th", { has: state });
  expect(await head.getAttribute("aria-sort")).toBe("descending");
  expect(await firstModel(page)).toBe(lost);
  const fresh = page.locator("#freshness");
  const before = await fresh.textContent();
  await until("the page was brought up to date", async () => {
    const now = (await fresh.textContent()) ?? "";
    return now !== before && now.startsWith("Live");
  });
  expect(await firstModel(page)).toBe(lost);
  expect(await head.getAttribute("aria-sort")).toBe("descending");
  expect(await page.locator(":focus").textContent()).toBe("State");

  await page.getByRole("link", { name: "Forget that it is gone" }).click();
  await page.getByRole("button", { name: "Forget it" }).click();
  await page.waitForURL("**/admin/models*");
  await page.getByText(`${lost} may be called again.`).waitFor();
  await until("it is not gone any more", async () =>
    /Unproven/.test((await rowOf(page, lost).textContent()) ?? ""),
  );
  expect(pages.takeComplaints()).toEqual([]);
});
