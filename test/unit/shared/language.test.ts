import { createSay } from "@openrouter-free-pool/shared/language/create-say";
import { inLanguage } from "@openrouter-free-pool/shared/language/current-language";
import { findLanguage } from "@openrouter-free-pool/shared/language/languages";
import { readTerminalLanguage } from "@openrouter-free-pool/shared/language/terminal-language";
import { expect, test } from "vitest";

const en = {
  keys: {
    plain: "Today's keys",
    count:
      "{count, plural, one {# key of {owner} is} other {# keys of {owner} are}} free",
  },
} as const;
const zh = {
  keys: { plain: "今天的密钥", count: "{owner} 有 {count, number} 个密钥" },
};
const say = createSay({ en, "zh-CN": zh });
const values = { count: 1_200, owner: "alice" };

test("a text comes in the language of what asked for it, in English elsewhere", async () => {
  expect(say("keys.count", values)).toBe("1,200 keys of alice are free");
  expect(say("keys.count", { ...values, count: 1 })).toBe(
    "1 key of alice is free",
  );
  const later = inLanguage("zh-CN", async () => {
    await Promise.resolve();
    return say("keys.count", values);
  });
  expect(say("keys.plain")).toBe("Today's keys");
  expect(await later).toBe("alice 有 1,200 个密钥");
});

test("a text that does not exist, or lacks a value, is a mistake of the programmer", () => {
  // @ts-expect-error No such text.
  expect(() => say("keys.none")).toThrow("No text is called keys.none");
  // @ts-expect-error Its values are missing.
  expect(() => say("keys.count")).toThrow();
  // @ts-expect-error One value is missing.
  expect(() => say("keys.count", { count: 2 })).toThrow("owner");
});

test.for([
  ["zh-CN", "zh-CN"],
  ["zh_CN.UTF-8", "zh-CN"],
  ["zh-Hant-TW", "zh-CN"],
  ["zh", "zh-CN"],
  ["en_GB.UTF-8", "en"],
  ["de", undefined],
  ["C.UTF-8", undefined],
  ["*", undefined],
] as const)("the tag %s asks for %s", ([tag, language]) => {
  expect(findLanguage(tag)).toBe(language);
});

test.for([
  [{ LANG: "zh_CN.UTF-8" }, "zh-CN"],
  [{ LANG: "zh_CN.UTF-8", LC_MESSAGES: "en_US.UTF-8" }, "en"],
  [{ LC_ALL: "zh_CN.UTF-8", LC_MESSAGES: "en_US.UTF-8" }, "zh-CN"],
  [{ LC_ALL: "C", LANG: "zh_CN.UTF-8" }, "en"],
  [{ LC_ALL: "", LANG: "zh_CN.UTF-8" }, "zh-CN"],
  [{ ORPOOL_LANGUAGE: "en", LC_ALL: "zh_CN.UTF-8" }, "en"],
  [{ ORPOOL_LANGUAGE: "zh", LANG: "de_DE.UTF-8" }, "zh-CN"],
  [{}, "en"],
] as const)("a terminal with %o speaks %s", ([environment, language]) => {
  expect(readTerminalLanguage(environment)).toBe(language);
});
