/**
 * Pictures of every page in every state and look, in a real Chromium, with what is wrong on them: barriers
 * that axe finds, errors of the console, parts that stick out of the screen. Ends with 1 when something is.
 *
 *   npm run proof:pages -- [folder for the pictures] [names of states…]
 */
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { findOwnRedis } from "../../../scripts/redis/find-redis.ts";
import { findChromium, Pages } from "../../support/browser.ts";
import { operatorPassword } from "../../support/operator.ts";
import { startStack } from "../../support/stack.ts";
import { type Picture, type Place, photograph } from "./photographer.ts";
import { states } from "./states.ts";

const places: readonly Place[] = [
  { name: "home", path: "/" },
  { name: "connect", path: "/connect" },
  { name: "docs", path: "/docs" },
  { name: "overview", path: "/admin" },
  { name: "models", path: "/admin/models" },
  { name: "clients", path: "/admin/clients" },
  { name: "batches", path: "/admin/batches" },
  { name: "bull-board", path: "/admin/queues", isForeign: true },
];

const executablePath = findChromium();
if (!executablePath) {
  console.error("Needs chromium on the PATH");
  process.exit(1);
}
const [folderGiven, ...wanted] = process.argv.slice(2);
const folder = folderGiven
  ? resolve(folderGiven)
  : mkdtempSync(join(tmpdir(), "pages-"));
mkdirSync(folder, { recursive: true });

const redis = await findOwnRedis({ purpose: "bench" });
const pages = new Pages(executablePath);
const pictures: Picture[] = [];
try {
  for (const { name, options, prepare } of states) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const stack = await startStack({ ...options, redisUrl: redis.url });
    try {
      await prepare(stack, redis.url);
      const gateway = { state: name, url: stack.url };
      pictures.push(
        ...(await photograph(
          pages,
          { ...gateway, password: operatorPassword },
          { places, folder },
        )),
      );
    } finally {
      for (const { kill } of [...stack.gateways, ...stack.workers])
        await kill();
      await stack.stop();
    }
  }
} finally {
  await pages.end();
  await redis.stop();
}
const flawed = pictures.filter(({ problems }) => problems.length > 0);
for (const { file, problems } of flawed) {
  console.log(`${file}:\n  ${problems.join("\n  ")}`);
}
console.log(
  `${pictures.length} pictures in ${folder}, ${flawed.length} of them with problems`,
);
process.exit(flawed.length > 0 ? 1 : 0);
