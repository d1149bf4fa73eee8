import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isAlive } from "../processes/is-alive.mjs";
import { say } from "../words/say.mjs";

const pollMs = 200;

/** Runs an installation while no other process on this machine installs into the same node_modules. */
export async function withInstallLock(root, install) {
  mkdirSync(join(root, "node_modules"), { recursive: true });
  const lock = join(root, "node_modules", ".bootstrap-lock");
  await acquire(lock);
  try {
    return await install();
  } finally {
    rmSync(lock, { force: true });
  }
}

async function acquire(lock) {
  let announced = false;
  while (!tryAcquire(lock)) {
    const owner = readOwner(lock);
    // In a container each start may have the process ids of the one before.
    const isOver =
      owner === process.pid || (owner !== undefined && !isAlive(owner));
    if (isOver) {
      breakLock(lock, owner);
      continue;
    }
    if (!announced) console.error(say("waiting"));
    announced = true;
    await delay(pollMs);
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
