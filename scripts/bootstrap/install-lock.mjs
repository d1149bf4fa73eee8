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
import { constants } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isAlive } from "../processes/is-alive.mjs";
import { say } from "../words/say.mjs";

const pollMs = 200;
/** How often the owner of a lock shows that it still installs. */
const refreshMs = 1_000;
/** A lock that nobody has refreshed for so long is a dead owner's, whose id another program has by now. */
const usualStaleMs = 20_000;
const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs an installation while no other process on this machine installs into the same node_modules.
 *
 * @param staleMs how long a lock must go without a sign of its owner to be broken; default 20 s.
 */
export async function withInstallLock(root, install, staleMs = usualStaleMs) {
  mkdirSync(join(root, "node_modules"), { recursive: true });
  const lock = join(root, "node_modules", ".bootstrap-lock");
  await acquire(lock, staleMs);
  const release = hold(lock);
  try {
    return await install();
  } finally {
    release();
  }
}

/** Keeps a lock fresh until it is released, which a signal to stop does, too. */
function hold(lock) {
  const refreshing = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(lock, now, now);
    } catch {
      // Somebody has removed node_modules.
    }
  }, refreshMs);
  const release = () => {
    clearInterval(refreshing);
    for (const signal of stopSignals) process.off(signal, stop);
    if (readOwner(lock) === process.pid) rmSync(lock, { force: true });
  };
  const stop = (signal) => {
    release();
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of stopSignals) process.on(signal, stop);
  return release;
}

async function acquire(lock, staleMs) {
  let announced = false;
  let seen;
  let seenAt = 0;
  while (!tryAcquire(lock)) {
    const owner = readOwner(lock);
    const sign = readSign(lock);
    // By our own clock: the file's may be set, or another machine's.
    if (sign !== seen) {
      seen = sign;
      seenAt = performance.now();
    }
    // In a container each start may have the process ids of the one before.
    const isOver =
      owner === process.pid ||
      (owner !== undefined && !isAlive(owner)) ||
      (sign !== undefined && performance.now() - seenAt > staleMs);
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

/** What changes each time that the owner shows that it still installs. */
function readSign(lock) {
  try {
    const { ino, mtimeMs } = statSync(lock);
    return `${ino} ${mtimeMs}`;
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
