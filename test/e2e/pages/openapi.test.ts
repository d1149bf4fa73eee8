import {
  healthSchema,
  readinessSchema,
} from "@openrouter-free-pool/shared/api/health-object";
import { modelsStatusSchema } from "@openrouter-free-pool/shared/api/models-status";
import { poolStatusSchema } from "@openrouter-free-pool/shared/api/pool-status";
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import {
  modelsCountSchema,
  modelsListSchema,
} from "../../../apps/gateway/src/models/catalogue/models-list.ts";
import { findBarriers } from "../../support/pages/accessibility.ts";
import { findChromium, Pages } from "../../support/pages/browser.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const clientKey = "a-client-key-0123456789";
const chromium = findChromium();
const pages = new Pages(chromium);

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    env: { GATEWAY_API_KEYS: clientKey },
  });
});
afterAll(async () => {
  await pages.end();
  await stack?.stop();
});

const get = (path: string) =>
  fetch(stack.url + path, { headers: { "x-api-key": clientKey } });

test("the description is served to anybody", async () => {
  const response = await fetch(`${stack.url}/openapi.json`);
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    openapi: "3.1.1",
    security: [{ bearer: [] }, { apiKey: [] }],
  });
});

test.for([
  ["/health", healthSchema],
  ["/ready", readinessSchema],
  ["/api/v1/keys/status", poolStatusSchema],
  ["/api/v1/models/status", modelsStatusSchema],
  ["/v1/models", modelsListSchema],
  ["/v1/models/count", modelsCountSchema],
] as const)("%s answers what is described", async ([path, schema]) => {
  const response = await until("it answers", async () => {
    const answer = await get(path);
    return answer.ok && answer;
  });
  expect(
    schema.strict().safeParse(await response.json()).error,
  ).toBeUndefined();
});

test("the page loads everything from us under a strict policy", async () => {
  const response = await fetch(`${stack.url}/docs`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toMatch(/^text\/html/);
  const policy = response.headers.get("content-security-policy");
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  const html = await response.text();
  const files = [...html.matchAll(/(?:src|href)="(docs\/[^"]+)"/g)];
  expect(files.length).toBeGreaterThan(2);
  for (const [, file] of files) {
    expect((await fetch(`${stack.url}/${file}`)).status).toBe(200);
  }
});

test("the page's address may end with a slash", async () => {
  const response = await fetch(`${stack.url}/docs/`);
  expect(new URL(response.url).pathname).toBe("/docs");
  expect(response.status).toBe(200);
});

test("a browser shows the page and can try a request out, without a complaint", async (ctx) => {
  if (!chromium) return ctx.skip("needs chromium on the PATH");
  const page = await pages.open(stack.url, { colorScheme: "dark" });
  await page.goto("/docs");
  await page.getByText("Create a chat completion").first().waitFor();
  const colour = () =>
    page.evaluate(
      "getComputedStyle(document.querySelector('.opblock')).backgroundColor",
    );
  expect(await colour()).toBe("rgb(23, 28, 35)");
  await page.emulateMedia({ colorScheme: "light" });
  await vi.waitFor(async () =>
    expect(await colour()).toBe("rgb(255, 255, 255)"),
  );
  const navigation = page.getByRole("navigation", { name: "Pages" });
  expect(await navigation.getByRole("link").allTextContents()).toEqual([
    "Home",
    "Connect",
    "API",
    "Admin",
  ]);
  expect(await page.title()).toBe("OpenRouter Free Pool: API");

  expect(await findBarriers(page)).toEqual([]);

  await page.locator(".btn.authorize").click();
  await page.locator("input[aria-label=auth-bearer-value]").fill(clientKey);
  await page.locator(".auth-btn-wrapper .authorize").first().click();
  await page.locator(".auth-btn-wrapper .btn-done").first().click();

  const operation = page.locator(
    "#operations-Completions-createChatCompletions",
  );
  await operation.locator(".opblock-summary-control").click();
  await operation.locator(".execute").click();
  const live = operation.locator(".live-responses-table");
  await live.getByText("echo: Say hello.").first().waitFor();
  expect(await live.textContent()).toContain("200");
  expect(await findBarriers(page)).toEqual([]);
  expect(pages.takeComplaints()).toEqual([]);
});
