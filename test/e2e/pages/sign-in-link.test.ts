import { afterEach, expect, inject, test } from "vitest";
import { newestSignInLink } from "../../support/clients/sign-in-link.ts";
import { usePages } from "../../support/pages/browser.ts";
import {
  type Gateway,
  type Stack,
  startStack,
} from "../../support/processes/stack.ts";

const pages = usePages();

let stack: Stack | undefined;

afterEach(async () => {
  await pages.closeAll();
  await stack?.stop();
  stack = undefined;
});

test("the link that the gateway shows opens the pages in one browser, until it signs out", async () => {
  stack = await startStack({ redisUrl: inject("redisUrl") });
  const gateway = stack.gateways[0] as Gateway;
  const link = newestSignInLink(gateway);
  const token = new URL(link).searchParams.get("token") ?? "";

  const page = await pages.open(stack.url);
  const referers: string[] = [];
  page.on("request", (request) => {
    referers.push(request.headers().referer ?? "");
  });
  await page.goto("/admin");
  await page.getByRole("heading", { name: "Sign in first" }).waitFor();
  // The refusal is a 403, which Chromium notes in its console.
  expect(await pages.awaitComplaints()).toHaveLength(1);

  await page.goto(link);
  await page.waitForURL("**/admin");
  await page.getByRole("heading", { name: "Key pool" }).waitFor();
  expect(await page.content()).not.toContain(token);
  await page.getByRole("link", { name: "Requests", exact: true }).click();
  await page.waitForURL("**/admin/requests**");
  await page.goto("/admin");
  await page.getByRole("link", { name: "Pause the queue" }).click();
  await page.getByRole("button", { name: "Pause the queue" }).click();
  await page.getByText("The queue is paused").first().waitFor();
  expect(referers.join()).not.toContain(token);
  expect(pages.takeComplaints()).toEqual([]);

  const other = await pages.open(stack.url);
  await other.goto(link);
  await other
    .getByRole("heading", { name: "This link cannot be used any more" })
    .waitFor();
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByRole("heading", { name: "Sign in first" }).waitFor();
  const lines = gateway.output.filter((line) => line.includes(token));
  expect(lines).toHaveLength(1);
  pages.takeComplaints();
});
