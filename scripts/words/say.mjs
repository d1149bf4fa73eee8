import { readFileSync } from "node:fs";

// Plain JavaScript without packages: it runs before Node 24 and the packages are there.
const variables = ["ORPOOL_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"];
const isChinese = /^zh\b|^zh_/i.test(
  process.env[variables.find((name) => process.env[name]) ?? ""] ?? "",
);
const texts = JSON.parse(
  readFileSync(
    new URL(isChinese ? "./zh-CN.json" : "./en.json", import.meta.url),
    "utf8",
  ),
);

/** A text of the catalogue in the terminal's language, with its values. */
export function say(name, values = {}) {
  return texts[name].replace(/\{(\w+)\}/g, (_, key) => String(values[key]));
}
