import type { ClientDirectory } from "../directory/client-directory.ts";
import { isRunTimeId, stateOf } from "../records/client.ts";

/**
 * Whether lines of an owner's batches may be called now (ms since the epoch of Redis's
 * clock). Those of a client that is disabled or has expired wait; so do all until clients
 * are known.
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
 * Whether an owner is a client that was removed. Not while clients are unknown, or Redis
 * has lost them.
 */
export function isRemoved(
  directory: ClientDirectory,
  owner: string | undefined,
): boolean {
  if (owner === undefined || !isRunTimeId(owner)) return false;
  return directory.version !== undefined && !directory.find(owner);
}
