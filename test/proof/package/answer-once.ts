import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { findFreePort } from "../../../scripts/redis/free-port.ts";
import type { Simulator } from "../../simulator/start-simulator.ts";
import { streamChat } from "../../support/clients/stream-chat.ts";
import { keys, openTerminal } from "../../support/terminal/terminal.ts";
import type { FoundNode } from "./find-nodes.ts";

/** What each step may take: npm's share of it is long on a busy machine. */
const patienceMs = 600_000;
const modelOfSimulator = "google/gemma-4-31b-it:free";

/** A way to the product, in an empty folder. */
export type Way = {
  readonly name: string;
  /** What a stranger types. */
  readonly first: string;
  /** What starts it another time. */
  readonly again: string;
};

/** Seconds from the command, in an empty folder, to each step. */
export type FirstAnswer = {
  readonly way: string;
  readonly node: string;
  readonly asksForKey: number;
  readonly ready: number;
  readonly firstToken: number;
  /** The second start, which has everything. */
  readonly readyAgain: number;
};

/**
 * Walks the way of somebody who has a key and nothing else: a command in an empty folder, the key typed in, a streamed
 * answer, Ctrl-C, and another start.
 *
 * @throws {Error} naming what was not as it should be.
 */
export async function answerOnce(
  node: FoundNode,
  { way, simulator }: { way: Way; simulator: Simulator },
): Promise<FirstAnswer> {
  const root = mkdtempSync(join(tmpdir(), "package-proof-"));
  const folder = join(root, "empty folder");
  mkdirSync(folder);
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...cleanEnvironment(),
    PATH: [node.folder, process.env.PATH].join(delimiter),
    // Nothing was ever fetched for this project.
    XDG_CACHE_HOME: join(root, "cache"),
    OPENROUTER_BASE_URL: simulator.url,
    PORT: String(port),
  };
  const startedAt = performance.now();
  const elapsed = () => Math.round((performance.now() - startedAt) / 100) / 10;
  let terminal = openTerminal(way.first, { cwd: folder, env });
  try {
    await terminal.shows("Key: ", patienceMs);
    const asksForKey = elapsed();
    terminal.type(`sk-or-v1-simulator${keys.enter}`);
    await terminal.shows("Another key");
    terminal.type(keys.enter);
    await terminal.shows(`the base URL for your apps is ${url}/v1`, patienceMs);
    const ready = elapsed();
    const firstToken = await streamAnswer(url, elapsed);
    await interrupt(terminal);
    checkFolder(folder, terminal.screen());

    const again = elapsed();
    terminal = openTerminal(way.again, { cwd: folder, env });
    await terminal.shows("the base URL", patienceMs);
    const readyAgain = Math.round((elapsed() - again) * 10) / 10;
    await interrupt(terminal);
    if (terminal.screen().includes("Key: ")) {
      throw new Error("It asked for a key that it has.");
    }
    const seconds = { asksForKey, ready, firstToken, readyAgain };
    return { way: way.name, node: node.version, ...seconds };
  } finally {
    terminal.kill();
    rmSync(root, { recursive: true, force: true });
  }
}

async function streamAnswer(
  url: string,
  elapsed: () => number,
): Promise<number> {
  let firstToken: number | undefined;
  const { status, bytes } = await streamChat(`${url}/v1`, {
    model: modelOfSimulator,
    onChunk: (chunk) => {
      if (chunk.includes('"content"')) firstToken ??= elapsed();
    },
  });
  if (status !== 200 || firstToken === undefined) {
    throw new Error(`The answer was a ${status}: ${bytes.toString()}`);
  }
  return firstToken;
}

async function interrupt(terminal: {
  type(keys: string): void;
  ended: Promise<number | null>;
}): Promise<void> {
  terminal.type(keys.interrupt);
  await terminal.ended;
}

function checkFolder(folder: string, screen: string): void {
  const file = join(folder, ".env");
  const mode = (statSync(file).mode & 0o777).toString(8);
  if (mode !== "600") throw new Error(`.env has the mode ${mode}`);
  if (!readFileSync(file, "utf8").includes("=sk-or-v1-simulator\n")) {
    throw new Error("The key is not in .env");
  }
  if (screen.includes("sk-or-v1-simulator")) {
    throw new Error("The key was shown on the terminal");
  }
}

/** What a person's shell has: not what `npm run` tells this process of this checkout. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const own =
    /^(npm_(lifecycle|package|execpath|node|command|config_local_prefix)|INIT_CWD|OPENROUTER_|REDIS_)/;
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !own.test(name)),
  );
}
