import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../../scripts/project-root.ts";

/** Files of the package, as npm would publish them. */
export function listPackedFiles(): readonly string[] {
  const [packed] = JSON.parse(npm("pack", "--dry-run", "--json"));
  return (packed.files as { path: string }[]).map(({ path }) => path);
}

/**
 * Installs the package's tarball in a folder of its own, whose other packages are those of this checkout.
 *
 * @returns the folder of the package, below a `node_modules`.
 */
export function installPackage(): { root: string; folder: string } {
  const root = mkdtempSync(join(tmpdir(), "package test-"));
  const packages = join(root, "node_modules");
  const folder = join(packages, "openrouter-free-pool");
  mkdirSync(folder, { recursive: true });
  const tarball = npm("pack", "--silent", "--pack-destination", root).trim();
  execFileSync("tar", [
    ...["-xzf", join(root, tarball)],
    ...["-C", folder, "--strip-components", "1"],
  ]);
  for (const name of readdirSync(join(projectRoot, "node_modules"))) {
    if (name.startsWith(".") || name === "@openrouter-free-pool") continue;
    const target = join(projectRoot, "node_modules", name);
    symlinkSync(target, join(packages, name));
  }
  return { root, folder };
}

function npm(...args: string[]): string {
  return execFileSync("npm", args, { cwd: projectRoot, encoding: "utf8" });
}
