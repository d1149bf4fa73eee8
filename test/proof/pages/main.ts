/**
 * Pictures of every page in every state and look, in a real Chromium, with what is wrong on them: barriers
 * that axe finds, errors of the console, parts that stick out of the screen. Ends with 1 when something is.
 *
 *   npm run proof:pages -- [folder for the pictures] [names of states or looks…]
 */
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { findOwnRedis } from "../../../scripts/redis/find-redis.ts";
import { findChromium, Pages } from "../../support/pages/browser.ts";
import { startStack } from "../../support/processes/stack.ts";
import { looks } from "./looks.ts";
import { type Picture, photograph } from "./photographer.ts";
import { isShown, places } from "./places.ts";
import { type State, states, writeKeys } from "./states.ts";

const executablePath = findChromium();
if (!executablePath) {
  console.error("Needs chromium on the PATH");
  process.exit(1);
}
const [folderGiven, ...wanted] = process.argv.slice(2);
const folder = folderGiven ? resolve(folderGiven) : makeFolder();
mkdirSync(folder, { recursive: true });

const pages = new Pages(executablePath);
const pictures: Picture[] = [];
try {
  for (const state of chosen(states)) {
    pictures.push(...(await look(state)));
  }
} finally {
  await pages.end();
}
const flawed = pictures.filter(({ problems }) => problems.length > 0);
for (const { file, problems } of flawed) {
  console.log(`${file}:\n  ${problems.join("\n  ")}`);
}
console.log(
  `${pictures.length} pictures in ${folder}, ${flawed.length} of them with problems`,
);
process.exit(flawed.length > 0 ? 1 : 0);

/** Each state has a Redis of its own: one of them ends it. */
async function look(state: State): Promise<Picture[]> {
  const { name, options, prepare } = state;
  const redis = await findOwnRedis({ purpose: "bench" });
  const own = makeFolder();
  await writeKeys(own);
  const stack = await startStack({ ...options(own), redisUrl: redis.url });
  const end = new AbortController();
  try {
    await prepare(stack, {
      redisUrl: redis.url,
      stopRedis: redis.stop,
      signal: end.signal,
    });
    return await photograph(
      pages,
      { state: name, url: stack.url },
      {
        places: places.filter((place) => isShown(place, state)),
        looks: chosen(looks),
        folder,
      },
    );
  } finally {
    end.abort();
    for (const { kill } of [...stack.gateways, ...stack.workers]) await kill();
    await stack.stop();
    await redis.stop();
  }
}

/** Those of a list that were named on the command line; all of it when none was. */
function chosen<Named extends { readonly name: string }>(
  all: readonly Named[],
): readonly Named[] {
  const named = all.filter(({ name }) => wanted.includes(name));
  return named.length > 0 ? named : all;
}

function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), "pages-"));
}
