import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Redis } from "ioredis";

/** A Lua script, ready to be called by its digest. */
export type Script = {
  /** The file's name, for errors. */
  readonly name: string;
  readonly source: string;
  readonly sha: string;
  /** How many KEYS its header declares; the minimum, when the last one stands for several. */
  readonly keyCount: number;
  readonly isVariadic: boolean;
};

const includes = new URL("./includes/", import.meta.url);

/**
 * The last key of each call is one that never exists, and the script does not see it. While a
 * Cluster moves the pool's hash slot to another node, keys are split between both, and a script
 * would be aborted half-way at a key that is not here. With a missing key it is refused before it
 * begins (`TRYAGAIN`, `ASK`).
 */
const dropAbsentKey = "table.remove(KEYS) ";

function absentKeyBeside(key: string): string {
  const [tag = key] = /^\{[^{}]+\}/.exec(key) ?? [];
  return `${tag}:absent`;
}

/** Replaces each line `--- @include …` by the file that it names. */
function expand(written: string, url: URL): string {
  return written.replace(
    /^--- @include "([\w./-]+)"$/gm,
    (_line, name: string) => {
      const included = new URL(
        `${name}.lua`,
        name.includes("/") ? url : includes,
      );
      return expand(readFileSync(included, "utf8").trimEnd(), included);
    },
  );
}

/**
 * Reads a `.lua` file beside the module that runs it. A line `--- @include "name"` is replaced by
 * `redis/includes/name.lua`, and one with a path, such as `--- @include "../area/name"`, by that
 * file relative to the one with the line.
 */
export function loadScript(url: URL): Script {
  const written = readFileSync(url, "utf8");
  const source = dropAbsentKey + expand(written, url);
  return {
    name: basename(url.pathname),
    source,
    sha: createHash("sha1").update(source).digest("hex"),
    ...readDeclaredKeys(written),
  };
}

/** Lines of the header such as `KEYS[1] idle  SORTED SET`, and `KEYS[9...]` for any number from there on. */
function readDeclaredKeys(
  source: string,
): Pick<Script, "keyCount" | "isVariadic"> {
  const header = source.slice(0, source.indexOf("]]\n"));
  return {
    keyCount: header.match(/^ *KEYS\[\d+(\.{3})?\]/gm)?.length ?? 0,
    isVariadic: /^ *KEYS\[\d+\.{3}\]/m.test(header),
  };
}

type ScriptArguments = readonly (string | number | Buffer)[];

/**
 * Runs a script in one round trip. A server that does not know it yet (a fresh
 * or restarted one) is sent the source.
 *
 * @throws {Error} when the number of keys is not the one that the script's header declares.
 */
export function runScript(
  redis: Redis,
  script: Script,
  keys: readonly string[],
  args: ScriptArguments,
): Promise<unknown> {
  const all = allKeys(script, keys);
  return withSource(
    () => redis.evalsha(script.sha, all.length, ...all, ...args),
    () => redis.eval(script.source, all.length, ...all, ...args),
  );
}

/** As {@link runScript}, for scripts that return bytes: strings come as Buffers. */
export function runScriptForBytes(
  redis: Redis,
  script: Script,
  keys: readonly string[],
  args: ScriptArguments,
): Promise<unknown> {
  const all = allKeys(script, keys);
  const rest = [all.length, ...all, ...args];
  return withSource(
    () => redis.callBuffer("EVALSHA", script.sha, ...rest),
    () => redis.callBuffer("EVAL", script.source, ...rest),
  );
}

function allKeys(script: Script, keys: readonly string[]): string[] {
  const { keyCount, isVariadic } = script;
  if (keys.length === keyCount || (isVariadic && keys.length > keyCount)) {
    return [...keys, absentKeyBeside(keys[0] ?? "")];
  }
  throw new Error(
    `${script.name} wants ${keyCount} keys and got ${keys.length}`,
  );
}

async function withSource(
  bySha: () => Promise<unknown>,
  bySource: () => Promise<unknown>,
): Promise<unknown> {
  try {
    return await bySha();
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("NOSCRIPT")) {
      return bySource();
    }
    throw error;
  }
}
