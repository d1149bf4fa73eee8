import { pathToFileURL } from "node:url";

/** In bytes: of all systems, macOS allows the least. */
const longestPath = 103;

/** Whether a server can listen on a socket in a folder that `mkdtemp` makes below this one, and ioredis can find it. */
export function canHaveSocket(parent: string, folder: string): boolean {
  const path = `${parent}/${folder}XXXXXX/redis.sock`;
  // What comes after it are options to ioredis.
  return Buffer.byteLength(path) <= longestPath && !path.includes("?");
}

/** The `REDIS_URL` of a socket. */
export function socketUrl(path: string): string {
  return pathToFileURL(path).href.replace(/^file:/, "unix:");
}
