import { join } from "node:path";
import type { Page } from "playwright-core";
import { operatorPassword } from "../../support/clients/operator.ts";
import { findBarriers } from "../../support/pages/accessibility.ts";
import type { Pages } from "../../support/pages/browser.ts";
import { until } from "../../support/until.ts";
import type { Look } from "./looks.ts";
import type { Place } from "./places.ts";

/** A busy machine draws slowly. */
const patienceMs = 180_000;

/** One picture, and what is wrong on it. */
export type Picture = {
  readonly file: string;
  /** Barriers that axe finds, errors of the console, parts that stick out of the screen. */
  readonly problems: readonly string[];
};

/** Takes pictures of all pages of one gateway, in every look. */
export async function photograph(
  pages: Pages,
  gateway: { readonly state: string; readonly url: string },
  options: {
    readonly places: readonly Place[];
    readonly looks: readonly Look[];
    readonly folder: string;
  },
): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for (const look of options.looks) {
    pictures.push(...(await takeLook(pages, look, { ...options, gateway })));
    await pages.closeAll();
  }
  return pictures;
}

/** The open pages first: whoever has logged in sees others. */
async function takeLook(
  pages: Pages,
  look: Look,
  options: {
    readonly gateway: { readonly state: string; readonly url: string };
    readonly places: readonly Place[];
    readonly folder: string;
  },
): Promise<Picture[]> {
  const { state, url } = options.gateway;
  const pictures: Picture[] = [];
  const page = await pages.open(url, look.options);
  page.setDefaultTimeout(patienceMs);
  for (const isOpen of [true, false]) {
    const places = options.places.filter((place) => !place.isOpen === !isOpen);
    if (places.length > 0 && !isOpen) await logIn(page);
    for (const place of places) {
      const file = `${state}-${place.name}-${look.name}.png`;
      const { path } = place;
      const problems = await takePicture(page, place, {
        address: typeof path === "string" ? path : await path(url),
        file: join(options.folder, file),
      });
      problems.push(...pages.takeComplaints().filter(isUnexpected));
      console.log([file, ...problems].join("\n  "));
      pictures.push({ file, problems });
    }
  }
  return pictures;
}

/** Chromium notes in its console that a page of ours says no, or that it cannot say more. */
function isUnexpected(complaint: string): boolean {
  return !/status of (401|403|404|503) .*\/(admin|ready|api\/v1\/keys\/status)/.test(
    complaint,
  );
}

/** Whatever the language of the form. */
async function logIn(page: Page): Promise<void> {
  await page.goto("/admin/login");
  await page.locator("#username").fill("admin");
  await page.locator("#password").fill(operatorPassword);
  await page.locator("button.primary").click();
  await page.waitForURL("**/admin");
}

/** @returns the barriers, and what sticks out. */
async function takePicture(
  page: Page,
  place: Place,
  { address, file }: { address: string; file: string },
): Promise<string[]> {
  await page.goto(address, { waitUntil: "load", timeout: patienceMs });
  await settle(page, place);
  await place.act?.(page);
  await page.screenshot({ path: file, fullPage: true, timeout: patienceMs });
  if (place.isForeign) return [];
  const root = "document.documentElement";
  const overflow = await page.evaluate(`${root}.scrollWidth - innerWidth`);
  const wide = Number(overflow) > 0 ? [`${overflow} px stick out`] : [];
  return [...wide, ...(await findBarriers(page))];
}

/** Waits until the page has brought in what it asks for after it was loaded. */
async function settle(page: Page, { isForeign }: Place): Promise<void> {
  if (isForeign) return page.waitForLoadState("networkidle");
  // By the browser's own protocol: the page's policy allows no other evaluation of text.
  await until("the page is complete", () => page.evaluate(isSettled));
}

/** A script for the page: its first live update has come, the pool's state is told, the API is described. */
const isSettled = `
  (!document.body.dataset.live || !document.querySelector("#freshness time")) &&
  document.querySelector("#state-text")?.textContent !== "…" &&
  (!document.querySelector("#api") || document.querySelector(".opblock"))
`;
