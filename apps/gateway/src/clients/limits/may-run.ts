import type { ClientDirectory } from "../directory/client-directory.ts";
import { isRunTimeId, stateOf } from "../records/client.ts";

/**
 * Whether lines of an owner's batches may be called now (ms since the epoch of Redis's clock).
 * Lines of a disabled or expired client wait; so do all lines until the clients are known.
 */
export function mayRun(
  directory: ClientDirectory,
  owner: string | undefined,
  now: number,
): boolean {
  if (owner === undefined) return true;
  const client = directory.find(owner);
  if (client) return stateOf(client, now) === "active";
  // A client of the environment may have been renamed since.
  return !isRunTimeId(owner);
}

/**
 * Whether an owner is a client that was removed; false while the clients are unknown, or Redis has
 * lost them.
 */
export function isRemoved(
  directory: ClientDirectory,
  owner: string | undefined,
): boolean {
  if (owner === undefined || !isRunTimeId(owner)) return false;
  return directory.version !== undefined && !directory.find(owner);
}
