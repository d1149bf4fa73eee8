/**
 * The published package, as somebody meets it who has never seen it: `npm pack`, then `npx` from the tarball in an
 * empty folder, with every Node of this machine. The simulator plays OpenRouter.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../../scripts/project-root.ts";
import { startSimulator } from "../../simulator/start-simulator.ts";
import { answerOnce } from "./answer-once.ts";
import { findNodes } from "./find-nodes.ts";

const folder = mkdtempSync(join(tmpdir(), "package-proof-tarball-"));
const simulator = await startSimulator();
try {
  const name = execFileSync(
    "npm",
    ["pack", "--silent", "--pack-destination", folder],
    { cwd: projectRoot, encoding: "utf8" },
  ).trim();
  const tarball = join(folder, name);
  const results = [];
  for (const node of findNodes()) {
    console.error(`${name} with Node ${node.version} …`);
    results.push(await answerOnce(node, { tarball, simulator }));
  }
  console.error("Seconds from the command to each step:");
  console.table(results);
} finally {
  await simulator.stop();
  rmSync(folder, { recursive: true, force: true });
}
