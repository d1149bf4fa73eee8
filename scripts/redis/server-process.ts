import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { dieWithParent } from "../processes/die-with-parent.ts";
import { unrefChild } from "../processes/unref-child.ts";
import { say } from "../words/say.mjs";
import type { RedisBinary } from "./redis-binary.ts";

export interface ServerProcess {
  pid: number;
  /** Resolves when it has ended, with its signal or exit code as words. */
  ended: Promise<string>;
  /** Sends a signal and waits for the end; SIGTERM lets Redis flush its append-only file. */
  end: (signal: "SIGTERM" | "SIGKILL") => Promise<void>;
  send: (signal: "SIGSTOP" | "SIGCONT") => void;
}

interface LaunchOptions {
  args: string[];
  /** Removed when our own process dies without stopping the server. */
  temporaryFolder?: string | undefined;
  /** How long a server may take that does not load data. Default 30 s. */
  startTimeoutMs?: number;
  /** Ends a server that is not ready yet. */
  signal?: AbortSignal;
}

/** The line that a listening server prints; a Sentinel prints another. */
const isReady = /ready to accept connections|sentinel ID is/i;
/** The line of a server that loads its data, however long that takes. */
const isLoading = /(loading|reading) (rdb|the append only file|incr aof)/i;
const usualStartTimeoutMs = 30_000;
const endTimeoutMs = 10_000;

/** Starts one Redis process and waits until it accepts connections; it never outlives this process. */
export async function launchServer(
  binary: RedisBinary,
  options: LaunchOptions,
): Promise<ServerProcess> {
  // Detached: a Ctrl-C in the terminal must not stop Redis while workers still drain.
  const child = spawn(binary.path, options.args, {
    argv0: binary.argv0,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  dieWithParent(child, options.temporaryFolder);
  const ended = untilEnded(child);
  await untilReady(child, options);
  unrefChild(child);
  return {
    pid: child.pid ?? 0,
    ended,
    send: (signal) => void child.kill(signal),
    end: (signal) => end(child, signal),
  };
}

async function untilEnded(child: ChildProcess): Promise<string> {
  const [code, signal] = await new Promise<[number | null, string | null]>(
    (resolve) =>
      child.once("exit", (...codeAndSignal) => resolve(codeAndSignal)),
  );
  return signal ?? say("exitCode", { code: code ?? 1 });
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.ref();
  child.kill(signal);
  child.kill("SIGCONT");
  const force = setTimeout(() => child.kill("SIGKILL"), endTimeoutMs);
  await exited;
  clearTimeout(force);
}

// By its own message rather than a connection: another Redis might listen on the port already.
async function untilReady(
  child: ChildProcess,
  { startTimeoutMs = usualStartTimeoutMs, signal }: LaunchOptions,
): Promise<void> {
  const over = new AbortController();
  const late = setTimeout(() => child.kill("SIGKILL"), startTimeoutMs);
  const stop = () => child.kill("SIGTERM");
  signal?.addEventListener("abort", stop);
  let output = "";
  const ready = new Promise<void>((resolve) => {
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
      if (isLoading.test(output)) clearTimeout(late);
      if (isReady.test(output)) resolve();
    };
    for (const stream of outputs(child)) stream.on("data", collect);
  });
  const ended = once(child, "exit", { signal: over.signal });
  ended.catch(() => undefined);
  try {
    await Promise.race([
      ready,
      ended.then(() =>
        Promise.reject(new Error(`Redis did not start: ${lastLine(output)}`)),
      ),
    ]);
  } finally {
    clearTimeout(late);
    signal?.removeEventListener("abort", stop);
    over.abort();
    // Nobody reads the rest, but a full pipe would block the server.
    for (const stream of outputs(child))
      stream.removeAllListeners("data").resume();
  }
}

function outputs(child: ChildProcess) {
  return [child.stdout, child.stderr].filter((stream) => stream !== null);
}

function lastLine(output: string): string {
  return output.trim().split("\n").at(-1) ?? "";
}
