import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { say } from "../words/say.mjs";
import { runNpm } from "./run-npm.mjs";

// Only these fields change what is installed; an edited script or description must not cause an
// installation.
const installFields = [
  "name",
  "version",
  "workspaces",
  "dependencies",
  "devDependencies",
  "optionalDependencies",
  "peerDependencies",
  "overrides",
];

const markerFile = (root) => join(root, "node_modules", ".bootstrap-marker");

/** True when node_modules has what the package files require, by the last installation. */
export function hasCurrentDependencies(root) {
  return (
    existsSync(markerFile(root)) &&
    readFileSync(markerFile(root), "utf8") === dependenciesHash(root)
  );
}

/** Installs what package-lock.json says, and never rewrites it. */
export async function installDependencies(root) {
  const first = !existsSync(join(root, "node_modules", ".package-lock.json"));
  console.error(
    say("installing", { reason: say(first ? "firstRun" : "changed") }),
  );
  // Not `npm ci`: it insists on optional binaries of other platforms, which a mirror may lack.
  // Install scripts are not needed: every native part is a prebuilt optional package.
  await runNpm(root, [
    "install",
    "--no-save",
    "--include=dev",
    "--ignore-scripts",
  ]);
  writeFileSync(markerFile(root), dependenciesHash(root));
}

function dependenciesHash(root) {
  const hash = createHash("sha256").update(
    `${process.platform}-${process.arch}\n`,
  );
  const manifest = readJson(join(root, "package.json"));
  for (const folder of [
    "",
    ...workspaceFolders(root, manifest.workspaces ?? []),
  ]) {
    hash.update(
      `${folder}\n${installPart(join(root, folder, "package.json"))}\n`,
    );
  }
  const lock = join(root, "package-lock.json");
  return hash
    .update(existsSync(lock) ? readFileSync(lock) : "no lock")
    .digest("hex");
}

function installPart(manifestFile) {
  const manifest = readJson(manifestFile);
  return JSON.stringify(installFields.map((field) => manifest[field] ?? null));
}

function workspaceFolders(root, patterns) {
  return patterns
    .flatMap((pattern) =>
      pattern.endsWith("/*")
        ? foldersIn(root, pattern.slice(0, -2))
        : [pattern],
    )
    .filter((folder) => existsSync(join(root, folder, "package.json")))
    .sort();
}

function foldersIn(root, parent) {
  if (!existsSync(join(root, parent))) return [];
  return readdirSync(join(root, parent)).map((name) => `${parent}/${name}`);
}

function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}
