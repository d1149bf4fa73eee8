import { expect, test } from "vitest";
import { catalogues } from "../../../apps/gateway/src/words/catalogue.ts";
import { scriptAreas } from "../../../apps/gateway/src/words/say.ts";
import {
  compareCatalogues,
  listTexts,
} from "../../support/words/catalogues.ts";
import {
  findPhrases,
  findTemplateWords,
  readSources,
} from "../../support/words/uncatalogued.ts";

const english = listTexts(catalogues.en);

test("every text exists in both languages, with the same places for values", () => {
  expect(compareCatalogues(catalogues.en, catalogues["zh-CN"])).toEqual([]);
});

test("scripts of the pages can fill the texts that they are given", () => {
  for (const language of [catalogues.en, catalogues["zh-CN"]]) {
    const texts = scriptAreas.flatMap((area) => Object.values(language[area]));
    for (const text of texts) {
      expect(text.replace(/\{\w+\}/g, "")).not.toMatch(/[{}]/);
    }
  }
});

const templates = readSources("apps/gateway/src/views/**/*.ejs");

test.for(templates)("$file has its texts from the catalogue", ({ text }) => {
  const isAllowed = /^(UTC|CSV|openapi\.json|The description itself is at)$/;
  const own = findTemplateWords(text).filter((word) => !isAllowed.test(word));
  expect(own).toEqual([]);
  for (const [, key = ""] of text.matchAll(/say\("([^"]+)"/g)) {
    expect(english.has(key), key).toBe(true);
  }
});

/** They speak with programs, bull-board or apps, not with readers of our pages. */
const englishOnly = [
  "admin/access/require-admin.ts",
  "admin/bull-board/",
  "home/connect/apps.ts",
];
const pages = readSources(
  "apps/gateway/src/{admin,home,pages,text}/**/*.{ts,js}",
).filter(({ file }) => !englishOnly.some((part) => file.includes(part)));

/** What programs are told, and what goes into the log. */
const meant = new Set([
  "Too many wrong passwords from this address",
  "That user name and password do not belong together",
  "Log in at /admin/login first, or send the name and password with HTTP Basic",
  "Open this link to sign in to the admin pages, once",
  "The gateway answered ·",
]);

test.for(pages)("$file has its texts from the catalogue", ({ text }) => {
  expect(findPhrases(text, (phrase) => meant.has(phrase))).toEqual([]);
});
