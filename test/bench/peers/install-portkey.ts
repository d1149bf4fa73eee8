import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CannotRunError } from "./cannot-run-error.ts";

/** The version that is compared with. */
export const portkeyVersion = "1.15.2";

const packageName = "@portkey-ai/gateway";
const folder = join(tmpdir(), `openrouter-free-pool-portkey-${portkeyVersion}`);
const entry = join(
  folder,
  "node_modules",
  packageName,
  "build/start-server.js",
);
/** Written last: a folder without it holds half an installation. */
const complete = join(folder, "complete");

/**
 * Installs Portkey's published package into a temporary folder, which stays for the next run.
 *
 * @returns the file that starts its server.
 * @throws {CannotRunError} when it cannot be installed.
 */
export async function installPortkey(): Promise<string> {
  if (existsSync(complete)) return entry;
  console.error(`Installing ${packageName} ${portkeyVersion} into ${folder} …`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "private": true }\n');
  await runNpm([
    ...["install", `${packageName}@${portkeyVersion}`],
    // Its script patches packages that only its own developers have.
    ...["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
  ]);
  await writeFile(complete, "");
  return entry;
}

async function runNpm(args: readonly string[]): Promise<void> {
  const child = spawn("npm", args, {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const code = await new Promise<unknown>((resolve) => {
    child.once("error", resolve);
    child.once("close", resolve);
  });
  if (code === 0) return;
  throw new CannotRunError(
    `npm could not install ${packageName} (${String(code)}): it needs npm on the PATH and the npm registry.`,
  );
}
