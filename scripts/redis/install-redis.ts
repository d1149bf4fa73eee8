import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { say } from "../words/say.mjs";
import { NoRedisError } from "./no-redis-error.ts";
import { findRedisBinary, type RedisBinary } from "./redis-binary.ts";

interface PackageManager {
  command: string;
  needsRoot: boolean;
  /** Refreshes the package lists; a failure of this step alone is ignored. */
  refresh?: string[];
  /** Tried one after the other. */
  installs: [string[], ...string[][]];
}

const packageManagers: PackageManager[] = [
  {
    command: "apt-get",
    needsRoot: true,
    refresh: ["update", "-q"],
    // Not redis-server: that package would start a system service. redis-tools contains the same
    // program without it.
    installs: [
      [
        "install",
        "-y",
        "-q",
        "--no-install-recommends",
        "-o",
        "DPkg::Lock::Timeout=120",
        "redis-tools",
      ],
    ],
  },
  {
    command: "apk",
    needsRoot: true,
    installs: [
      ["add", "--no-cache", "redis"],
      ["add", "--no-cache", "valkey"],
    ],
  },
  {
    command: "dnf",
    needsRoot: true,
    installs: [
      ["install", "-y", "redis"],
      ["install", "-y", "valkey"],
    ],
  },
  { command: "brew", needsRoot: false, installs: [["install", "redis"]] },
];

/** Installs Redis with the system's package manager, and announces it. No service is left running. */
export async function installRedis(): Promise<RedisBinary> {
  const manager = packageManagers.find(({ command }) => isOnPath(command));
  const asRoot = manager?.needsRoot ? rootPrefix() : [];
  if (!manager || !asRoot)
    throw new NoRedisError(say("noRedis", { advice: say("redisAdvice") }));
  const output = await runInstallation(manager, asRoot);
  const binary = findRedisBinary();
  if (binary) return binary;
  console.error(output);
  throw new NoRedisError(
    say("redisNotInstalled", {
      command: manager.command,
      advice: say("redisAdvice"),
    }),
  );
}

async function runInstallation(
  manager: PackageManager,
  asRoot: string[],
): Promise<string> {
  const commandLine = (args: string[]) => [...asRoot, manager.command, ...args];
  const shown = [
    ...asRoot,
    manager.command,
    "install",
    manager.installs[0].at(-1),
  ].join(" ");
  console.error(say("installingRedis", { command: shown }));
  let output = manager.refresh
    ? (await run(commandLine(manager.refresh))).output
    : "";
  for (const install of manager.installs) {
    const result = await run(commandLine(install));
    output += result.output;
    if (result.ok) break;
  }
  return output;
}

async function run([command = "", ...args]: string[]): Promise<{
  ok: boolean;
  output: string;
}> {
  const child = spawn(command, args, {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ok = await new Promise<boolean>((resolve) => {
    child.once("error", () => resolve(false));
    child.once("close", (code) => resolve(code === 0));
  });
  return { ok, output: Buffer.concat(chunks).toString() };
}

/** The prefix that runs a command as root: nothing for root, sudo if it needs no password, else undefined. */
function rootPrefix(): string[] | undefined {
  if (process.getuid?.() === 0) return [];
  const sudo = spawnSync("sudo", ["-n", "true"], {
    stdio: "ignore",
    timeout: 3_000,
  });
  return sudo.status === 0 ? ["sudo", "-n"] : undefined;
}

function isOnPath(command: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return folder !== "";
    } catch {
      return false;
    }
  });
}
