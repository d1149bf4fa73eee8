import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

export interface RedisBinary {
  path: string;
  /** The name to start the program under, which decides what it is. */
  argv0: string;
  /** The first part of its version. */
  major: number;
}

// Debian's redis-tools contains the whole server under the name of a checking tool, without the
// service that its redis-server package would start: `redis-server` there is only a link to it.
const candidates = ["redis-server", "valkey-server", "redis-check-rdb"];
/** A busy machine takes seconds to start a program. */
const answerTimeoutMs = 30_000;
const suffix = process.platform === "win32" ? ".exe" : "";

/** Looks on the PATH for a program that really is a Redis (or Valkey) server. */
export function findRedisBinary(
  searchPath = process.env.PATH ?? "",
): RedisBinary | undefined {
  const folders = searchPath.split(delimiter).filter((folder) => folder !== "");
  for (const name of candidates) {
    for (const folder of folders) {
      const path = join(folder, name + suffix);
      const argv0 = name === "redis-check-rdb" ? "redis-server" : name;
      const major = isExecutable(path) ? readVersion(path, argv0) : undefined;
      if (major !== undefined) return { path, argv0, major };
    }
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @returns undefined when the program is not a server. */
function readVersion(path: string, argv0: string): number | undefined {
  const { stdout } = spawnSync(path, ["--version"], {
    argv0,
    encoding: "utf8",
    timeout: answerTimeoutMs,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [, major] = /^(?:Redis|Valkey) server v=(\d+)/.exec(stdout ?? "") ?? [];
  return major === undefined ? undefined : Number(major);
}
