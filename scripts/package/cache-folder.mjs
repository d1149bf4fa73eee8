import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The folder of downloads that all versions of the package share; the package's own folder may be
 * read-only.
 */
export function cacheFolder(env = process.env, platform = process.platform) {
  const base =
    platform === "win32"
      ? env.LOCALAPPDATA || join(homedir(), "AppData", "Local")
      : platform === "darwin"
        ? join(homedir(), "Library", "Caches")
        : env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(base, "openrouter-free-pool");
}
