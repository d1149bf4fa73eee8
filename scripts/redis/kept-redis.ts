import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "../processes/is-alive.mjs";
import { projectRoot } from "../project-root.ts";
import { say } from "../words/say.mjs";
import { keepRunning } from "./keep-running.ts";
import { NoRedisError } from "./no-redis-error.ts";
import { type PrivateRedis, startPrivateRedis } from "./private-redis.ts";
import type { RedisBinary } from "./redis-binary.ts";

export interface KeptRedis extends PrivateRedis {
  /** Resolves when the server has ended again and again, and is not started any more. */
  gaveUp: Promise<void>;
}

/**
 * A server of our own whose data stays in `.data/redis`, so that requests and use survive a restart. It listens on a
 * socket: it has no password, and there are prompts in it. Until it is stopped it is started again where it ends.
 */
export async function startKeptRedis(
  binary: RedisBinary,
  dataDir = join(projectRoot, ".data", "redis"),
): Promise<KeptRedis> {
  const pidFile = join(dataDir, "redis.pid");
  refuseSecondServer(pidFile, dataDir);
  const redis = await startPrivateRedis({
    binary,
    dataDir,
    appendonly: true,
    // Ports of Redis to Windows have none.
    socket: process.platform !== "win32",
    args: ["--pidfile", pidFile],
  }).catch(({ message }: Error) => {
    throw new NoRedisError(
      say("redisNotStarted", { folder: dataDir, reason: message }),
    );
  });
  const kept = keepRunning(redis, {
    // The folder stays ours while no server runs on it.
    onEnded: () => writeFileSync(pidFile, String(process.pid)),
    beforeRestart: () => refuseSecondServer(pidFile, dataDir),
  });
  return {
    ...redis,
    gaveUp: kept.gaveUp,
    stop: async () => {
      kept.leaveEnded();
      await redis.stop();
      rmSync(pidFile, { force: true });
    },
  };
}

/** On Linux Node's process has the name of its first thread. */
const serverOrStarter = /redis|valkey|node|MainThread/;

// Two servers that write one append-only file would destroy it.
function refuseSecondServer(pidFile: string, dataDir: string): void {
  const pid = existsSync(pidFile) ? readFileSync(pidFile, "utf8").trim() : "";
  if (!/^\d+$/.test(pid) || pid === String(process.pid)) return;
  if (!isAlive(Number(pid))) return;
  const name = readProcessName(pid);
  // The id may belong to another program by now; where nobody can tell, it is taken for the server.
  if (name !== undefined && !serverOrStarter.test(name)) return;
  throw new NoRedisError(say("redisInUse", { pid, folder: dataDir }));
}

/** The name of a process's program; undefined when this machine does not tell. */
function readProcessName(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8");
  } catch {
    // Not Linux. Slim images have no ps, and BusyBox's does not take a process id.
    const { status, stdout } = spawnSync("ps", ["-o", "comm=", "-p", pid], {
      encoding: "utf8",
    });
    return status === 0 ? stdout : undefined;
  }
}
