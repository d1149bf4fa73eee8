import { globSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import {
  loadScript,
  runScript,
} from "@openrouter-free-pool/shared/redis/script";
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { projectRoot } from "../../../scripts/project-root.ts";

const files = globSync("{apps,libs}/*/src/**/*.lua", { cwd: projectRoot })
  .filter((file) => !file.includes("/includes/"))
  .map((file) => pathToFileURL(`${projectRoot}/${file}`));

const numbersOf = (text: string, pattern: RegExp) =>
  Array.from(text.matchAll(pattern), ([, number]) => Number(number));

test.each(files)("%s declares every key that it uses, in order", (url) => {
  const source = readFileSync(url, "utf8");
  // A part of other scripts has no list of what it is given.
  const isWhole = source.startsWith("--[[");
  const [header = "", code = ""] = isWhole
    ? source.split("]]\n", 2)
    : ["", source];
  const declared = numbersOf(header, /^ *KEYS\[(\d+)(?:\.{3})?\]/gm);
  expect(declared).toEqual(declared.map((_, index) => index + 1));
  // A Cluster knows by a key where the script is to run.
  if (header.includes("ARGV[1]")) expect(declared).not.toHaveLength(0);
  const used = isWhole ? numbersOf(code, /KEYS\[(\d+)\]/g) : [];
  expect(Math.max(0, ...used)).toBeLessThanOrEqual(declared.length);
  const isLastForSeveral = /^ *KEYS\[\d+\.{3}\]/m.test(header);
  expect(loadScript(url).isVariadic).toBe(isLastForSeveral);
  expect(loadScript(url).keyCount).toBe(declared.length);
});

test.each(files)("%s has all of its includes", (url) => {
  expect(loadScript(url).source).not.toContain("--- @include");
});

test("refuses a call with another number of keys than the script declares", () => {
  const url = files.find((each) => !loadScript(each).isVariadic);
  if (!url) throw new Error("There are scripts");
  const script = loadScript(url);
  const redis = new Redis({ lazyConnect: true });
  const keys = Array.from({ length: script.keyCount + 1 }, () => "key");
  expect(() => runScript(redis, script, keys, [])).toThrow("keys and got");
});
