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

/**
 * Runs a script in one round trip. A server that does not know it yet (a fresh
 * or restarted one) is sent the source.
 */
export async function runScript(
  redis: Redis,
  script: Script,
  keys: readonly string[],
  args: readonly (string | number | Buffer)[],
): Promise<unknown> {
  try {
    return await redis.evalsha(script.sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("NOSCRIPT")) {
      return redis.eval(script.source, keys.length, ...keys, ...args);
    }
    throw error;
  }
}
