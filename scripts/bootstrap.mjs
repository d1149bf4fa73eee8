// Runs a command of this project: first ensures that the dependencies are installed and that Node
// is recent enough.
// Plain JavaScript without dependencies, so that an older Node can run it in a fresh checkout.
//
//   node scripts/bootstrap.mjs <file.ts | name of an installed command> [arguments…]

import {
  hasCurrentDependencies,
  installDependencies,
} from "./bootstrap/dependencies.mjs";
import { withInstallLock } from "./bootstrap/install-lock.mjs";
import { findNode, installNode } from "./bootstrap/node-24.mjs";
import { projectRoot } from "./bootstrap/project-root.mjs";
import { runTarget } from "./bootstrap/run-target.mjs";
import { StopWithMessage } from "./bootstrap/stop-with-message.mjs";

async function prepare() {
  const node = findNode(projectRoot);
  if (node && hasCurrentDependencies(projectRoot)) return node;
  return withInstallLock(projectRoot, async () => {
    if (!hasCurrentDependencies(projectRoot))
      await installDependencies(projectRoot);
    return findNode(projectRoot) ?? (await installNode(projectRoot));
  });
}

try {
  const [target, ...args] = process.argv.slice(2);
  if (!target)
    throw new StopWithMessage(
      "Usage: node scripts/bootstrap.mjs <file or command> [arguments…]",
    );
  runTarget({ node: await prepare(), target, args });
} catch (error) {
  if (!(error instanceof StopWithMessage)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
