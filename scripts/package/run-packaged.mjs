// Plain JavaScript, as bootstrap.mjs: an older Node runs it. Here npm has already installed the
// dependencies.
import { withInstallLock } from "../bootstrap/install-lock.mjs";
import { findNode, installNode } from "../bootstrap/node-24.mjs";
import { runTarget } from "../bootstrap/run-target.mjs";
import { StopWithMessage } from "../bootstrap/stop-with-message.mjs";
import { cacheFolder } from "./cache-folder.mjs";

// Node does not strip types below node_modules, where the package is; every process started from
// here must.
const nodeOptions = [
  "--disable-warning=ExperimentalWarning",
  `--import=${new URL("./strip-types.mjs", import.meta.url).href}`,
];

/** Runs a file of the installed package in the working folder, on Node 24 or later. */
export async function runPackaged(target) {
  try {
    const node = await prepareNode(cacheFolder());
    const args = process.argv.slice(2);
    runTarget({ node, target, args, cwd: process.cwd(), nodeOptions });
  } catch (error) {
    if (!(error instanceof StopWithMessage)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

async function prepareNode(cache) {
  return (
    findNode(cache) ??
    withInstallLock(
      cache,
      async () => findNode(cache) ?? (await installNode(cache)),
    )
  );
}
