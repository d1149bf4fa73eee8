import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { AdminClient } from "../../support/clients/admin-client.ts";
import { chat } from "../../support/clients/chat.ts";
import {
  operatorOf,
  operatorPassword,
  withKey,
} from "../../support/clients/operator.ts";
import { findBarriers } from "../../support/pages/accessibility.ts";
import { logInPage, usePages } from "../../support/pages/browser.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const pages = usePages();
const looks = [
  { viewport: { width: 1280, height: 850 }, colorScheme: "light" },
  { viewport: { width: 390, height: 850 }, colorScheme: "dark" },
] as const;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    env: { ADMIN_PASSWORD: operatorPassword, GATEWAY_API_KEYS: "ops=a-key" },
  });
});
afterAll(() => stack?.stop());

/** What is wrong with how a page looks. */
async function findFaults(page: Page): Promise<string[]> {
  const overflow = await page.evaluate<number>(
    "document.documentElement.scrollWidth - innerWidth",
  );
  const barriers = await findBarriers(page);
  return overflow > 0 ? [`${overflow} px too wide`, ...barriers] : barriers;
}

test("an operator adds a client, sees its use, changes it, makes another key and removes it", async () => {
  const page = await pages.open(stack.url);
  await logInPage(page, operatorPassword, { at: "/admin/clients" });
  const saved = page.getByText("is saved; it holds");

  await page.getByRole("link", { name: "Add a client" }).click();
  await page.getByLabel("Name").fill("ops");
  await page.getByLabel("Models").fill("test/*\nm/a:free");
  await page.getByRole("button", { name: "Add the client" }).click();
  await page.getByRole("alert").getByText("has this name").waitFor();
  expect(await page.getByLabel("Models").inputValue()).toBe("test/*\nm/a:free");
  await page.getByLabel("Name").fill("team-a");
  await page.getByLabel("Weight").fill("3");
  await page.getByRole("button", { name: "Add the client" }).click();
  const key = (await page.locator("#key").textContent()) ?? "";
  expect((await chat(stack.url, { headers: withKey(key) })).status).toBe(200);

  await page.getByRole("link", { name: "To the client" }).click();
  await page.getByLabel("Weight").waitFor();
  await until("its use is shown", async () => {
    await page.reload();
    return page.getByRole("rowheader", { name: "test/model:free" }).count();
  });
  expect(await page.getByLabel("Weight").inputValue()).toBe("3");
  await page.getByLabel("Expires (UTC)").fill("2030-01-31T12:00");
  await page.getByLabel("Disabled").check();
  await page.getByRole("button", { name: "Save" }).click();
  await saved.waitFor();
  const row = page.getByRole("row", { name: /team-a/ });
  expect(await row.textContent()).toMatch(
    /Disabled.*weight 3.*test\/\* and 1 more.*until 31 Jan/s,
  );
  expect((await chat(stack.url, { headers: withKey(key) })).status).toBe(401);

  const table = page.getByRole("region", { name: "Models" });
  expect(await table.textContent()).toContain("test/model:free");
  const csv = await page
    .getByRole("link", { name: "CSV" })
    .getAttribute("href");
  const file = await page.request.get(csv ?? "");
  expect(file.headers()["content-disposition"]).toContain("usage.csv");
  expect(await file.text()).toMatch(/^day,client,.*\n.*team-a,test/s);

  for (const { viewport, colorScheme } of looks) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    await page.goto("/admin/clients");
    expect(await findFaults(page)).toEqual([]);
    await page.getByRole("link", { name: "team-a" }).click();
    await page.waitForURL("**/clients/client_*");
    expect(await findFaults(page)).toEqual([]);
    await page.goto("/admin/clients");
  }

  await row.getByRole("link", { name: "team-a" }).click();
  await page.getByRole("link", { name: "Make another key" }).click();
  await page.getByRole("button", { name: "Make another key" }).click();
  await page.getByText("Copy it now").waitFor();
  expect(await page.locator("#key").textContent()).not.toBe(key);
  await page.getByRole("link", { name: "To the client" }).click();
  await page.getByLabel("Weight").waitFor();
  await page.getByRole("link", { name: "Remove" }).click();
  await page.getByRole("button", { name: "Remove it" }).click();
  await page.getByText("team-a is removed.").waitFor();
  expect(
    pages.takeComplaints().filter((each) => !/ 40[19] /.test(each)),
  ).toEqual([]);
});

test("a form that was open for a while changes only what was changed in it", async () => {
  const operator = operatorOf(stack.url);
  const { id } = await operator.create("stale", {
    models: ["test/*", "m/a:free"],
    expiresAt: "2030-01-31T12:00:42Z",
  });
  const page = await pages.open(stack.url);
  await logInPage(page, operatorPassword, { at: `/admin/clients/${id}` });
  await page.getByLabel("Weight").fill("three");
  // Somebody else revokes the key meanwhile.
  const revoked = { disabled: true, perDay: 5 };
  await operator.request("PATCH", `/clients/${id}`, revoked);
  // A form that is refused at first is the same form.
  await page
    .getByLabel("Weight")
    .evaluate((field) => field.removeAttribute("pattern"));
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Weight").fill("3");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("is saved; it holds").waitFor();

  const { body } = await operator.request("GET", "/clients");
  const { clients } = body as { clients: { id: string }[] };
  expect(clients.find((client) => client.id === id)).toMatchObject({
    ...revoked,
    weight: 3,
    models: ["test/*", "m/a:free"],
    expiresAt: "2030-01-31T12:00:42Z",
  });
  pages.takeComplaints();
});

test("nothing is done without a form of the session's own page", async () => {
  const { id } = await operatorOf(stack.url).create("kept");
  const visitor = new AdminClient(stack.url);
  await visitor.logIn(operatorPassword);
  for (const path of [
    "",
    `/${id}`,
    `/${id}/rotate`,
    `/${id}/remove`,
    "/open",
  ]) {
    const forged = await visitor.post(`/admin/clients${path}`, {
      token: "guessed",
      name: "forged",
    });
    expect(forged.status).toBe(403);
  }
  const claimed = await visitor.get("/admin/clients?done=removed&target=kept");
  expect(claimed.text).not.toContain("kept is removed");
  expect((await visitor.get("/admin/clients/none")).status).toBe(404);
  expect((await visitor.get("/admin/clients/ops/remove")).status).toBe(404);
});
