import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** What the scripts need when they run without the installed packages. */
const copied = [
  "scripts",
  "libs/shared/src/config/dot-env.ts",
  "libs/shared/src/text/byte-order-mark.ts",
];
const sourceOf = (path: string) =>
  fileURLToPath(new URL(`../../../${path}`, import.meta.url));

export interface TemporaryProject {
  root: string;
  write: (path: string, content: string) => string;
  read: (path: string) => string;
  has: (path: string) => boolean;
}

/** A folder with a copy of our scripts, in a path with a space; removed after the test. */
export function createProject(): TemporaryProject {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "scripts test-")));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const path of copied) {
    cpSync(sourceOf(path), join(root, path), { recursive: true });
  }
  return {
    root,
    write: (path, content) => {
      const file = join(root, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
    read: (path) => readFileSync(join(root, path), "utf8"),
    has: (path) => existsSync(join(root, path)),
  };
}

/** Makes `bin/<name>` of the project a shell script. */
export function writeCommand(
  project: TemporaryProject,
  name: string,
  script: string,
): void {
  chmodSync(project.write(`bin/${name}`, `#!/bin/sh\n${script}\n`), 0o755);
}

export interface Run {
  child: ChildProcess;
  stdout: () => string;
  stderr: () => string;
  ended: Promise<number | null>;
}

/** Starts Node as a real process; whatever is left of it after the test is killed. */
export function runNode(
  args: string[],
  { cwd = tmpdir(), env = {} }: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Run {
  const child = spawn(process.execPath, args, {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    ended: once(child, "close").then(([code]) => code),
  };
}
