import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Redis } from "ioredis";

/** A Lua script, ready to be called by its digest. */
export type Script = { readonly source: string; readonly sha: string };

/** Reads a `.lua` file that lies beside the module that runs it. */
export function loadScript(url: URL): Script {
  const source = readFileSync(url, "utf8");
  return { source, sha: createHash("sha1").update(source).digest("hex") };
}

type ScriptArguments = readonly (string | number | Buffer)[];

/**
 * Runs a script in one round trip. A server that does not know it yet (a fresh
 * or restarted one) is sent the source.
 */
export function runScript(
  redis: Redis,
  script: Script,
  keys: readonly string[],
  args: ScriptArguments,
): Promise<unknown> {
  return withSource(
    () => redis.evalsha(script.sha, keys.length, ...keys, ...args),
    () => redis.eval(script.source, keys.length, ...keys, ...args),
  );
}

/** As {@link runScript}, for scripts that return bytes: strings come as Buffers. */
export function runScriptForBytes(
  redis: Redis,
  script: Script,
  keys: readonly string[],
  args: ScriptArguments,
): Promise<unknown> {
  const rest = [keys.length, ...keys, ...args];
  return withSource(
    () => redis.callBuffer("EVALSHA", script.sha, ...rest),
    () => redis.callBuffer("EVAL", script.source, ...rest),
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
