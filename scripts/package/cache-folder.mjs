import { homedir } from "node:os";
import { join } from "node:path";

/** Where what is fetched once for all versions of the package lies; the package's own folder may not be writeable. */
export function cacheFolder(env = process.env, platform = process.platform) {
  const base =
    platform === "win32"
      ? env.LOCALAPPDATA || join(homedir(), "AppData", "Local")
      : platform === "darwin"
        ? join(homedir(), "Library", "Caches")
        : env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(base, "openrouter-free-pool");
}
