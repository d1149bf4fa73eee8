import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { projectRoot } from "../../../../scripts/project-root.ts";
import { startPrivateRedis } from "../../../support/redis/redis.ts";
import type { Fault } from "../fault.ts";

const fullMs = 8_000;
const hourMs = 3_600_000;
const preload = pathToFileURL(
  `${projectRoot}/test/support/processes/shift-clock.ts`,
);

function shiftedBy(ms: number): Record<string, string> {
  return {
    NODE_OPTIONS: `--import=${preload.href}`,
    CLOCK_SHIFT_MS: String(ms),
  };
}

/** A disk of its own in memory; undefined where one may not be mounted. */
function mountDisk(megabytes: number): string | undefined {
  const path = mkdtempSync(join(tmpdir(), "orpool-disk-"));
  const options = ["-t", "tmpfs", "-o", `size=${megabytes}m`, "none", path];
  if (spawnSync("mount", options).status === 0) return path;
  rmdirSync(path);
  return undefined;
}

/** Fills a disk to its last byte. */
function fill(file: string): void {
  const block = Buffer.alloc(64 * 1_024);
  for (const bytes of [block, block.subarray(0, 4_096), block.subarray(0, 1)]) {
    try {
      for (;;) writeFileSync(file, bytes, { flag: "a" });
    } catch {
      // No space is left for so many bytes.
    }
  }
}

/** Clocks, days and disks. */
export const machineFaults: readonly Fault[] = [
  {
    name: "clocks-an-hour-off",
    how: "the clock of one worker is an hour ahead, that of the other an hour behind",
    workers: [shiftedBy(hourMs), shiftedBy(-hourMs)],
    strike: async () => undefined,
  },
  {
    name: "midnight",
    how: "days of 15 s and 40 calls for each account: a day ends in mid-burst",
    // 120 calls go out in a day at most, and the rest of the load in the next one.
    stack: { dayMs: 15_000, perDay: 40 },
    strike: async () => undefined,
  },
  {
    name: "redis-disk-full",
    how: `the disk of Redis's append-only file is full for ${fullMs / 1_000} s`,
    lastsMs: fullMs,
    async openSite() {
      const path = mountDisk(16);
      if (!path) return undefined;
      const redis = await startPrivateRedis({
        appendonly: true,
        dataDir: path,
      });
      return {
        redis,
        async stop() {
          await redis.stop();
          execFileSync("umount", [path]);
          rmdirSync(path);
        },
      };
    },
    async strike({ redis }) {
      const ballast = join(redis.dataDir, "ballast");
      fill(ballast);
      await sleep(fullMs);
      rmSync(ballast);
    },
  },
];
