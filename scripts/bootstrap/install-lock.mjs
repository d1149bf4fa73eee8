import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isAlive } from "../processes/is-alive.mjs";
import { say } from "../words/say.mjs";

const pollMs = 200;
/** Its owner touches a lock so often. */
const touchMs = 2_000;
/** A lock that nobody has touched for so long is over, whatever program has its owner's id by now. */
const longestUntouchedMs = 30_000;

/** Runs an installation while no other process on this machine installs into the same node_modules. */
export async function withInstallLock(root, install) {
  mkdirSync(join(root, "node_modules"), { recursive: true });
  const lock = join(root, "node_modules", ".bootstrap-lock");
  await acquire(lock);
  const touching = setInterval(touch, touchMs, lock);
  try {
    return await install();
  } finally {
    clearInterval(touching);
    rmSync(lock, { force: true });
  }
}

async function acquire(lock) {
  let announced = false;
  while (!tryAcquire(lock)) {
    const owner = readOwner(lock);
    if (owner !== undefined && isOver(lock, owner)) {
      breakLock(lock, owner);
      continue;
    }
    if (!announced) console.error(say("waiting"));
    announced = true;
    await delay(pollMs);
  }
}

function isOver(lock, owner) {
  // In a container each start may have the process ids of the one before.
  if (owner === process.pid || !isAlive(owner)) return true;
  try {
    return Date.now() - statSync(lock).mtimeMs > longestUntouchedMs;
  } catch {
    // It has just been removed.
    return false;
  }
}

function touch(lock) {
  try {
    utimesSync(lock, new Date(), new Date());
  } catch {
    // Somebody has removed it; the installation goes on.
  }
}

// A hard link appears completely or not at all: a lock always contains its owner.
function tryAcquire(lock) {
  const own = `${lock}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

function readOwner(lock) {
  try {
    return Number(readFileSync(lock, "utf8"));
  } catch {
    return undefined;
  }
}

// Two waiters may find the same dead owner; the rename lets the second one notice that it has
// removed the lock of a living owner.
function breakLock(lock, deadOwner) {
  const taken = `${lock}.${process.pid}.stale`;
  try {
    renameSync(lock, taken);
    if (readOwner(taken) !== deadOwner) linkSync(taken, lock);
  } catch {
    // Another process was faster; the next attempt sees the present lock.
  } finally {
    rmSync(taken, { force: true });
  }
}
