import { join } from "node:path";
import type { Page } from "playwright-core";
import { findBarriers } from "../../support/accessibility.ts";
import { logInPage, type Pages } from "../../support/browser.ts";
import { type Look, looks } from "./looks.ts";

/** A busy machine draws slowly. */
const patienceMs = 180_000;

/** A page of the gateway. */
export type Place = {
  readonly name: string;
  readonly path: string;
  /** Not ours in every part: neither barriers nor width are counted. */
  readonly isForeign?: boolean;
};

/** One picture, and what is wrong on it. */
export type Picture = {
  readonly state: string;
  readonly page: string;
  readonly look: string;
  readonly file: string;
  /** Barriers that axe finds, errors of the console, parts that stick out of the screen. */
  readonly problems: readonly string[];
};

/** Takes pictures of all pages of one gateway, in every look. */
export async function photograph(
  pages: Pages,
  gateway: {
    readonly state: string;
    readonly url: string;
    readonly password: string;
  },
  options: { readonly places: readonly Place[]; readonly folder: string },
): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for (const look of looks) {
    const page = await pages.open(gateway.url, look.options);
    await logIn(page, gateway.password);
    for (const place of options.places) {
      const file = `${gateway.state}-${place.name}-${look.name}.png`;
      const problems = await takePicture(page, place, {
        file: join(options.folder, file),
      });
      problems.push(...pages.takeComplaints());
      const { state } = gateway;
      pictures.push({ ...named(state, place, look), file, problems });
    }
    await pages.closeAll();
  }
  return pictures;
}

function named(state: string, place: Place, look: Look) {
  return { state, page: place.name, look: look.name };
}

/** In English: the words of the form are looked for. */
async function logIn(page: Page, password: string): Promise<void> {
  await page.setExtraHTTPHeaders({ "accept-language": "en" });
  await logInPage(page, password);
  await page.setExtraHTTPHeaders({});
}

/** @returns the barriers, and what sticks out. */
async function takePicture(
  page: Page,
  place: Place,
  { file }: { file: string },
): Promise<string[]> {
  page.setDefaultTimeout(patienceMs);
  await page.goto(place.path, { waitUntil: "load", timeout: patienceMs });
  // Figures come with the first live update.
  await page.waitForTimeout(1_200);
  await page.screenshot({ path: file, fullPage: true });
  if (place.isForeign) return [];
  const root = "document.documentElement";
  const overflow = await page.evaluate(`${root}.scrollWidth - innerWidth`);
  const wide = Number(overflow) > 0 ? [`${overflow} px stick out`] : [];
  return [...wide, ...(await findBarriers(page))];
}
