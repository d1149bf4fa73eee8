import { hostname } from "node:os";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import { testModel } from "../../support/clients/chat.ts";
import { send } from "../../support/clients/send.ts";
import { findBarriers } from "../../support/pages/accessibility.ts";
import { usePages } from "../../support/pages/browser.ts";
import {
  type Gateway,
  type Stack,
  startStack,
} from "../../support/processes/stack.ts";
import { findForeignWords } from "../../support/words/foreign-words.ts";

const password = "correct horse battery";
const clientKey = "a-client-key-0123456789";
const phone = { width: 390, height: 844 };
const pages = usePages();

let stack: Stack;
let open: Gateway;
let withKeys: Gateway;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    simulator: { interChunkMs: 20, models: { [testModel]: {} } },
    env: { ADMIN_PASSWORD: password },
  });
  open = stack.gateways[0] as Gateway;
  withKeys = await stack.startGateway({ GATEWAY_API_KEYS: clientKey });
});
afterAll(() => stack?.stop());
afterEach(async () => {
  await pages.closeAll();
  expect(pages.takeComplaints()).toEqual([]);
});

/** What people and machines wrote, which pages show as it is. */
const written = hostname().split(/\W+/);

const stateOf = (page: Page) => page.locator("#state-text");

test("the pages are open, come whole from us, and hold no script of their own", async () => {
  for (const path of ["/", "/connect", "/docs"]) {
    const { status, headers, text } = await send(stack.url + path);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toMatch(/^text\/html/);
    expect(headers.get("content-security-policy")).toContain(
      "script-src 'self';",
    );
    expect(text).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=|style="/);
    const files = [...text.matchAll(/(?:src|href)="([\w/.-]+\.\w+)"/g)];
    expect(files.length).toBeGreaterThan(3);
    for (const [, file] of files) {
      const { status } = await send(`${stack.url}/${file}`);
      expect(status, file).toBe(200);
    }
  }
  const refused = await send(`${stack.url}/connect`, { method: "POST" });
  expect(refused.status).toBe(405);
});

test("a model is tried, and its answer streams in", async () => {
  const page = await pages.open(open.url);
  await page.goto("/");
  await stateOf(page).getByText("Ready:").waitFor();
  expect(await page.locator("#address").textContent()).toBe(`${open.url}/v1`);
  expect(await page.getByLabel("Client key").count()).toBe(0);
  await page.locator(`option[value="${testModel}"]`).waitFor({
    state: "attached",
  });
  await page.getByLabel("Model", { exact: true }).selectOption(testModel);
  await page.getByLabel("Prompt").fill("Hello there");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("echo: Hello there").waitFor();
  await page.locator("#status").getByText(testModel).waitFor();
});

test("with client keys the page says nothing of the pool until it has one, and keeps it nowhere", async () => {
  const page = await pages.open(withKeys.url);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto("/");
  await stateOf(page).getByText("Enter a client key").waitFor();
  expect(asked.filter((path) => /\/v1\//.test(path))).toEqual([]);

  await page.getByLabel("Client key").fill("a-wrong-key-0123456789");
  await page.getByRole("button", { name: "Send" }).click();
  await page.locator("#status").getByText("401").waitFor();
  // Refusals, which Chromium notes in its console.
  expect(pages.takeComplaints().length).toBeGreaterThan(0);

  await page.getByLabel("Client key").fill(clientKey);
  await page.getByLabel("Prompt").fill("Hello again");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("echo: Hello again").waitFor();
  await stateOf(page).getByText("Ready:").waitFor();
  const kept = "[localStorage.length, sessionStorage.length, document.cookie]";
  expect(await page.evaluate(kept)).toEqual([0, 0, ""]);
  expect(page.url()).not.toContain("key");
  pages.takeComplaints();
});

test("every app's fields have this gateway's address, and can be copied", async () => {
  const page = await pages.open(open.url, {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await page.goto("/connect");
  await page.getByRole("button", { name: "Copy apiBase (Continue)" }).click();
  await page.getByText("Copied").first().waitFor();
  expect(await page.evaluate("navigator.clipboard.readText()")).toBe(
    `${open.url}/v1`,
  );
  expect(await page.locator("section.app").count()).toBe(10);
});

test("the pages are usable for everybody: light, dark and on a phone", async () => {
  for (const options of [
    { colorScheme: "light" as const },
    { colorScheme: "dark" as const, viewport: phone },
    { viewport: phone, locale: "zh-CN" },
  ]) {
    const page = await pages.open(withKeys.url, options);
    for (const path of ["/", "/connect"]) {
      await page.goto(path);
      await page.waitForLoadState("load");
      expect(await findBarriers(page), path).toEqual([]);
      const overflow =
        "document.documentElement.scrollWidth - document.documentElement.clientWidth";
      expect(await page.evaluate(overflow), path).toBe(0);
    }
  }
});

test("the pages speak the browser's language, or the one chosen in them", async () => {
  const page = await pages.open(open.url, { locale: "zh-CN" });
  for (const path of ["/", "/connect"]) {
    await page.goto(path);
    expect(await page.evaluate("document.documentElement.lang")).toBe("zh-CN");
    expect(await findForeignWords(page), path).toEqual([]);
  }
  await page.getByRole("link", { name: "English" }).click();
  await page.getByText("What to fill in where.").waitFor();
  expect(page.url()).toBe(`${open.url}/connect`);
  await page.goto("/");
  await stateOf(page).getByText("Ready:").waitFor();
  await page.getByRole("link", { name: "中文" }).click();
  await stateOf(page).getByText("就绪：").waitFor();
  await page.getByRole("button", { name: "发送" }).click();
  await page.locator("#status").getByText("其中排队").waitFor();
});

test("every admin page speaks Chinese, and fits a phone", async () => {
  const page = await pages.open(withKeys.url, {
    locale: "zh-CN",
    viewport: phone,
  });
  await page.goto("/admin");
  expect(await findForeignWords(page)).toEqual([]);
  await page.getByLabel("用户名").fill("admin");
  await page.getByLabel("密码").fill(password);
  await page.getByRole("button", { name: "登录" }).click();
  await page.getByRole("heading", { name: "密钥池" }).waitFor();
  for (const path of [
    "/admin",
    "/admin?range=90d",
    "/admin/requests",
    "/admin/models",
    "/admin/batches",
    "/admin/clients",
    "/admin/clients/new",
    "/admin/clients/none",
    "/admin/webhooks",
    "/admin/confirm?action=pause",
    "/admin/keys/new",
    "/admin/none",
  ]) {
    const isRefused = (await page.goto(path))?.ok() === false;
    // Refusals, which Chromium notes in its console.
    if (isRefused) pages.takeComplaints();
    expect(await findForeignWords(page, written), path).toEqual([]);
    expect(await findBarriers(page), path).toEqual([]);
    const overflow = "document.documentElement.scrollWidth - innerWidth";
    expect(await page.evaluate(overflow), path).toBeLessThanOrEqual(0);
  }
});
