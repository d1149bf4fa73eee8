import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { dieWithParent } from "../processes/die-with-parent.ts";
import { say } from "../words/say.mjs";

export interface SuperviseOptions {
  name: string;
  cwd: string;
  /** Arguments of node: its flags, the file, the file's arguments. */
  args: string[];
  env: NodeJS.ProcessEnv;
  /** Receives what the process sends by `process.send`. */
  onMessage?: (message: unknown) => void;
  /**
   * A process that ends sooner than this after its first start cannot run at all, for instance
   * because of a wrong setting.
   */
  startupMs?: number;
  /** Waits before each restart; after the last one the process is given up. */
  restartDelaysMs?: number[];
  /** After running this long, earlier restarts do not count any more. */
  steadyMs?: number;
}

export interface Supervised {
  pid: () => number | undefined;
  /**
   * Resolves with an exit code once the process has ended and is not restarted; never after
   * `stop()` or `kill()`.
   */
  gaveUp: Promise<number>;
  /** SIGTERM; resolves when the process has drained and ended. */
  stop: () => Promise<void>;
  /** SIGKILL, and no restart. */
  kill: () => void;
}

const defaults = {
  startupMs: 5_000,
  restartDelaysMs: [1_000, 2_000, 4_000, 8_000],
  steadyMs: 60_000,
};

/** Keeps one Node process running; its output goes to ours unchanged. */
export function supervise(options: SuperviseOptions): Supervised {
  const stopping = new AbortController();
  let child: ChildProcess | undefined;
  const launch = () => {
    child = launchNode(options);
    return child;
  };
  const gaveUp = keepRunning(
    { ...defaults, ...options },
    launch,
    stopping.signal,
  );
  return {
    pid: () => child?.pid,
    gaveUp,
    stop: async () => {
      stopping.abort();
      if (!child || hasEnded(child)) return;
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
    },
    kill: () => {
      stopping.abort();
      child?.kill("SIGKILL");
    },
  };
}

async function keepRunning(
  {
    name,
    startupMs,
    restartDelaysMs,
    steadyMs,
  }: SuperviseOptions & typeof defaults,
  launch: () => ChildProcess,
  stopping: AbortSignal,
): Promise<number> {
  let restarts = 0;
  for (let isFirst = true; ; isFirst = false) {
    const startedAt = performance.now();
    const exitCode = await ended(launch());
    if (stopping.aborted) return never();
    const ranMs = performance.now() - startedAt;
    if (ranMs >= steadyMs) restarts = 0;
    const delayMs = restartDelaysMs[restarts];
    restarts += 1;
    if ((isFirst && ranMs < startupMs) || delayMs === undefined) {
      console.error(say("ended", { name, code: exitCode }));
      return exitCode || 1;
    }
    console.error(
      say("restarting", {
        name,
        code: exitCode,
        seconds: delayMs / 1_000,
      }),
    );
    await delay(delayMs, undefined, { signal: stopping }).catch(never);
  }
}

function launchNode({
  cwd,
  args,
  env,
  onMessage,
}: SuperviseOptions): ChildProcess {
  // Detached: a Ctrl-C reaches only us, and we stop gateway, worker and Redis in the right order.
  const child = spawn(process.execPath, args, {
    cwd,
    env,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    detached: process.platform !== "win32",
  });
  if (onMessage) child.on("message", onMessage);
  dieWithParent(child);
  return child;
}

async function ended(child: ChildProcess): Promise<number> {
  const [code, signal] = (await once(child, "exit")) as [
    number | null,
    NodeJS.Signals | null,
  ];
  return signal ? 128 + constants.signals[signal] : (code ?? 1);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
