import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import { burst, chat, countStatuses } from "../../support/clients/chat.ts";
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

/** One for all: each test leaves the pool as it has found it. */
let stack: Stack;

beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    keys: [`alice=${testKey(1)}`, `bob=${testKey(2)}`],
    perMinute: 10,
    perDay: 10_000,
    // Long enough for a busy machine to show a full window before it has passed.
    windowMs: 4_000,
    workers: 2,
    env: { ADMIN_PASSWORD: password, KEY_PROBE_MS: "600000" },
  });
});
afterEach(async () => {
  await pages.closeAll();
  expect(pages.takeComplaints()).toEqual([]);
});
afterAll(() => stack?.stop());

const logIn = (page: Page) => logInPage(page, password);

/** Follows an action's link and confirms it. */
async function act(page: Page, link: string, button: string): Promise<void> {
  await page.getByRole("link", { name: link }).click();
  await page.getByRole("button", { name: button }).click();
  await page.getByRole("heading", { name: "Key pool" }).waitFor();
}

/** A script for the page itself. */
const sumUpLayoutShifts = `
  globalThis.layoutShifts = 0;
  new PerformanceObserver((list) => {
    for (const { value } of list.getEntries()) layoutShifts += value;
  }).observe({ type: "layout-shift", buffered: true });
`;

async function textOf(locator: Locator): Promise<string> {
  return ((await locator.textContent()) ?? "").trim();
}
const headline = (page: Page) => textOf(page.locator(".headline-text"));
const rowOf = (page: Page, account: string) =>
  page.locator("tr", { hasText: account });

test("a wrong password is refused, the right one leads on, and the page lives while a burst runs", async () => {
  const { url } = stack;
  const page = await pages.open(url);
  await page.goto("/admin?keys=limited");
  await page.getByLabel("User name").fill("admin");
  await page.getByLabel("Password").fill("incorrect horse");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("alert").waitFor();
  // The refusal is a 401, which Chromium notes in its console.
  expect(await pages.awaitComplaints()).toHaveLength(1);

  await page.getByLabel("User name").fill("admin");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL("**/admin?keys=limited");
  await page.goto("/admin");
  expect(await headline(page)).toBe("Nothing waits");

  const answers = burst(url, 50);
  await until("the page shows the queue", async () => {
    const waiting = await textOf(page.locator(".tile .value").first());
    return Number(waiting) > 0 && /^Working/.test(await headline(page));
  });
  await until("it shows a key at its limit", async () =>
    /10 of 10(?!,)/.test(await textOf(rowOf(page, "alice"))),
  );
  expect(countStatuses(await answers)).toEqual({ 200: 50 });
  await until("it shows that the queue is empty", async () =>
    /^Nothing/.test(await headline(page)),
  );
  await until(
    "it counts what was answered",
    async () => (await textOf(page.locator(".tile .value").last())) === "50",
  );
});

test("no call goes out on a key that was taken out, until it is put back", async () => {
  const { url, simulator } = stack;
  await simulator.reset();
  const page = await pages.open(url);
  await logIn(page);
  const answers = burst(url, 40);
  await until("both keys are used", async () => {
    const { byAccount } = await simulator.summary();
    return Object.keys(byAccount).length === 2;
  });
  const mask = await textOf(rowOf(page, "alice").locator("code"));
  await act(page, `Disable key ${mask}`, "Disable");
  await until("the page tells", async () =>
    /Disabled/.test(await textOf(rowOf(page, "alice"))),
  );
  const before = await simulator.calls({ account: "alice" });
  expect(await textOf(page.getByRole("status"))).toContain(mask);
  expect(countStatuses(await answers)).toEqual({ 200: 40 });
  expect(await simulator.calls({ account: "alice" })).toEqual(before);

  await act(page, `Enable key ${mask}`, "Enable");
  await burst(url, 20);
  const after = await simulator.calls({ account: "alice" });
  expect(after.length).toBeGreaterThan(before.length);
});

test("a paused queue sends nothing; resumed, it goes on at once", async ({
  annotate,
}) => {
  const { url, simulator } = stack;
  await simulator.reset();
  const page = await pages.open(url);
  await logIn(page);
  await act(page, "Pause the queue", "Pause the queue");
  expect(await headline(page)).toBe("The queue is paused");
  const answers = burst(url, 10);
  await until("they wait", async () =>
    /^10\b/.test(await textOf(page.locator(".tile .value").first())),
  );
  expect((await simulator.summary()).total).toBe(0);

  await page.getByRole("link", { name: "Resume the queue" }).click();
  const resumedAt = performance.now();
  await page.getByRole("button", { name: "Resume the queue" }).click();
  expect(countStatuses(await answers)).toEqual({ 200: 10 });
  const tookMs = Math.round(performance.now() - resumedAt);
  await annotate(`10 waiting requests answered ${tookMs} ms after the click`);
});

test("a key is probed on demand: a dead one goes out, a healthy one comes back", async () => {
  const { url, simulator } = stack;
  const page = await pages.open(url);
  await logIn(page);
  const mask = await textOf(rowOf(page, "alice").locator("code"));
  const key = testKey(1);
  await simulator.settings({ keys: { [key]: { fault: { kind: "401" } } } });
  await act(page, `Check now key ${mask}`, "Check now");
  await until("it is out of use", async () =>
    /Invalid[\s\S]*asked OpenRouter just now: 401/.test(
      await textOf(rowOf(page, "alice")),
    ),
  );
  await simulator.settings({ keys: { [key]: null } });
  await until("it is back", async () => {
    await act(page, `Check now key ${mask}`, "Check now");
    return /Available/.test(await textOf(rowOf(page, "alice")));
  });
});

test("a cooling model's delayed request goes out when an operator ends the cooldown", async () => {
  const { url, simulator } = stack;
  const model = "busy/model:free";
  await simulator.script([
    {
      match: { model },
      fault: { kind: "429-provider-pool", retryAfterSeconds: 50 },
    },
  ]);
  const page = await pages.open(url);
  await logIn(page);
  const answer = chat(url, { model });
  await page
    .getByRole("link", { name: `End the cooldown of ${model}` })
    .click();
  await page.getByRole("button", { name: "End the cooldown" }).click();
  expect((await answer).status).toBe(200);
  expect((await answer).tookMs).toBeLessThan(40_000);
  await until("the refusal is counted", async () =>
    /429, model or provider/.test(await textOf(page.locator("#live-rest"))),
  );
});

test("without JavaScript the page shows everything and every action works", async () => {
  const { url } = stack;
  const page = await pages.open(url, { javaScriptEnabled: false });
  await logIn(page);
  await until("nothing waits any more", async () => {
    await page.reload();
    return (await headline(page)) === "Nothing waits";
  });
  expect(await rowOf(page, "alice").count()).toBe(1);
  await page.getByText("The last hour as a table").click();
  expect(await page.getByRole("table").first().isVisible()).toBe(true);
  await act(page, "Pause the queue", "Pause the queue");
  expect(await headline(page)).toBe("The queue is paused");
  await act(page, "Resume the queue", "Resume the queue");
  expect(await headline(page)).not.toContain("paused");
});

test("wide or narrow, light or dark: nothing is cut off, nothing jumps, no barrier is found", async () => {
  const { url } = stack;
  const looks = [1280, 390].flatMap((width) =>
    (["light", "dark"] as const).map((colorScheme) => ({ width, colorScheme })),
  );
  const views = await Promise.all(
    looks.map(async ({ width, colorScheme }) => {
      const viewport = { width, height: 850 };
      const page = await pages.open(url, { viewport, colorScheme });
      await page.addInitScript(sumUpLayoutShifts);
      await logIn(page);
      return page;
    }),
  );
  let isSeen = false;
  const traffic = (async () => {
    while (!isSeen) await burst(url, 10);
  })();
  await Promise.all(
    views.map((page) =>
      until("figures have come and gone", async () =>
        /\b10 of 10(?!,)/.test(await textOf(page.locator("#keys"))),
      ),
    ),
  ).finally(() => {
    isSeen = true;
  });
  for (const [index, page] of views.entries()) {
    const look = JSON.stringify(looks[index]);
    expect(await findBarriers(page), look).toEqual([]);
    const root = "document.documentElement";
    const overflow = await page.evaluate(`${root}.scrollWidth - innerWidth`);
    expect(overflow, look).toBeLessThanOrEqual(0);
    expect(await page.evaluate("layoutShifts"), look).toBeLessThan(0.1);
  }
  await traffic;
});

test("the keyboard reaches and confirms an action, and the focus survives the live update", async () => {
  const { url } = stack;
  const page = await pages.open(url);
  await logIn(page);
  const link = page.getByRole("link", { name: "Pause the queue" });
  await link.focus();
  const before = await textOf(page.locator("#freshness"));
  await until("the page was brought up to date", async () => {
    const now = await textOf(page.locator("#freshness"));
    return now !== before && /^Live/.test(now);
  });
  const focused = page.locator(":focus");
  expect(await textOf(focused)).toBe(await textOf(link));
  await page.keyboard.press("Enter");
  await page.locator("button:focus", { hasText: "Pause" }).waitFor();
  await page.keyboard.press("Enter");
  await until("it is paused", async () => /paused/.test(await headline(page)));
  await act(page, "Resume the queue", "Resume the queue");
});
