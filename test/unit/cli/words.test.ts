import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { catalogues } from "../../../apps/cli/src/words/catalogue.ts";
import { sharedCatalogues } from "../../../libs/shared/src/language/shared-words.ts";
import { compareCatalogues } from "../../support/words/catalogues.ts";
import { findPhrases, readSources } from "../../support/words/uncatalogued.ts";

const readJson = (language: string) =>
  JSON.parse(
    readFileSync(
      new URL(`../../../scripts/words/${language}.json`, import.meta.url),
      "utf8",
    ),
  );

test.for([
  ["orpool", catalogues.en, catalogues["zh-CN"]],
  ["pages and terminal", sharedCatalogues.en, sharedCatalogues["zh-CN"]],
  ["the start", { start: readJson("en") }, { start: readJson("zh-CN") }],
] as const)(
  "%s: every text exists in both languages, with the same places",
  ([, english, chinese]) => {
    expect(compareCatalogues(english, chinese)).toEqual([]);
  },
);

const sources = readSources(
  "apps/cli/src/**/*.ts",
  "scripts/{stack,package,bootstrap,redis}/*.{ts,mjs}",
).filter(({ file }) => !file.includes("/words/"));

/** Not for a person at a terminal: shell code, and errors that only tests meet. */
const meant = [
  /^\s*trap /,
  "No redis-server or valkey-server on the PATH",
  /^Redis did not start/,
  "no lock",
];

test.for(sources)("$file has its texts from the catalogue", ({ text }) => {
  const isMeant = (phrase: string) =>
    meant.some((each) =>
      typeof each === "string" ? each === phrase : each.test(phrase),
    );
  expect(findPhrases(text, isMeant)).toEqual([]);
});
