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
import { streamChat } from "../../support/stream-chat.ts";
import { keys, openTerminal } from "../../support/terminal.ts";
import type { FoundNode } from "./find-nodes.ts";

const minutesMs = 60_000;
const modelOfSimulator = "google/gemma-4-31b-it:free";

/** Seconds from the command, in an empty folder, to each step. */
export type FirstAnswer = {
  readonly node: string;
  readonly asksForKey: number;
  readonly ready: number;
  readonly firstToken: number;
  /** The second start, which has everything. */
  readonly readyAgain: number;
};

/**
 * Walks the way of somebody who has a key and nothing else: `npx` in an empty folder, the key typed in, a streamed
 * answer, Ctrl-C, and the same command again.
 *
 * @throws {Error} naming what was not as it should be.
 */
export async function answerOnce(
  node: FoundNode,
  { tarball, simulator }: { tarball: string; simulator: Simulator },
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
  const commandLine = `npx --yes --package '${tarball}' openrouter-free-pool`;
  let terminal = openTerminal(commandLine, { cwd: folder, env });
  try {
    await terminal.shows("Key: ", 100_000);
    const asksForKey = elapsed();
    terminal.type(`sk-or-v1-simulator${keys.enter}`);
    await terminal.shows("Another key");
    terminal.type(keys.enter);
    await terminal.shows(`the base URL for your apps is ${url}/v1`, minutesMs);
    const ready = elapsed();
    const firstToken = await streamAnswer(url, elapsed);
    await interrupt(terminal);
    checkFolder(folder, terminal.screen());

    const again = elapsed();
    terminal = openTerminal(commandLine, { cwd: folder, env });
    await terminal.shows("the base URL", minutesMs);
    const readyAgain = Math.round((elapsed() - again) * 10) / 10;
    await interrupt(terminal);
    if (terminal.screen().includes("Key: ")) {
      throw new Error("It asked for a key that it has.");
    }
    return { node: node.version, asksForKey, ready, firstToken, readyAgain };
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
