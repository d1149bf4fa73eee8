/**
 * The product as somebody meets it who has never seen it: `npm pack`, then `npx` from the tarball in an empty folder,
 * and a clone of this checkout's last commit with `npm start`; with every Node of this machine. The simulator plays
 * OpenRouter.
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
  const npx = `npx --yes --package '${tarball}' openrouter-free-pool`;
  const clone = `git clone --quiet '${projectRoot}' . && npm start`;
  const ways = [
    { name, first: npx, again: npx },
    { name: "clone", first: clone, again: "npm start" },
  ];
  const results = [];
  for (const node of findNodes()) {
    for (const way of ways) {
      console.error(`${way.name} with Node ${node.version} …`);
      results.push(await answerOnce(node, { way, simulator }));
    }
  }
  console.error("Seconds from the command to each step:");
  console.table(results);
} finally {
  await simulator.stop();
  rmSync(folder, { recursive: true, force: true });
}
