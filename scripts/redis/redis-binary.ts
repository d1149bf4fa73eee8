import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

export interface RedisBinary {
  path: string;
  /** The name to start the program under, which decides what it is. */
  argv0: string;
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
      const binary = {
        path: join(folder, name + suffix),
        argv0: name === "redis-check-rdb" ? "redis-server" : name,
      };
      if (isExecutable(binary.path) && isServer(binary)) return binary;
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

function isServer({ path, argv0 }: RedisBinary): boolean {
  const { stdout } = spawnSync(path, ["--version"], {
    argv0,
    encoding: "utf8",
    timeout: answerTimeoutMs,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return /^(Redis|Valkey) server/.test(stdout ?? "");
}
