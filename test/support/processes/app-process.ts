import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { dieWithParent } from "../../../scripts/processes/die-with-parent.ts";
import { projectRoot } from "../../../scripts/project-root.ts";
import { until } from "../until.ts";
import { compileCache } from "./compile-cache.ts";

/** A machine that is busy with other things starts a process slowly. */
const startTimeoutMs = 120_000;

/** One line of an app's log. */
export type LogLine = Record<string, unknown> & { msg?: string };

/** Whether a line says that something failed that must not. */
export function isErrorLine({ level }: LogLine): boolean {
  return level === "error" || level === "fatal";
}

/** A gateway or a worker, as a process of its own. */
export type AppProcess = {
  readonly pid: number;
  /** The lines that it has written so far and that are kept, as they were written. */
  readonly output: string[];
  /** What was written since the last time, and is then forgotten: for processes that write for hours. */
  drain(): string[];
  /** The log lines with this message. */
  logged(message: string): LogLine[];
  signal(signal: NodeJS.Signals): void;
  /** Ends at once, without a chance to clean up. */
  kill(): Promise<void>;
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>;
};

/** Whether a line of an app's log is kept in memory. */
export type LogFilter = (line: LogLine) => boolean;

/**
 * Starts an app and waits for the line that says that it is ready.
 *
 * @param isKept keeps all lines when absent; a run of hours cannot.
 */
export async function startApp(
  name: "gateway" | "worker",
  env: Record<string, string>,
  isKept: LogFilter = () => true,
): Promise<AppProcess & { readonly ready: LogLine }> {
  const main = join(projectRoot, "apps", name, "src", "main.ts");
  const child = spawn(process.execPath, [main], {
    // Away from a developer's .env.
    cwd: tmpdir(),
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      ...compileCache,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
    // A Ctrl-C in the terminal reaches only us, who stop everything in order.
    detached: true,
  });
  dieWithParent(child);
  const app = watchProcess(child, isKept);
  const message = name === "gateway" ? "Gateway is ready" : "Worker is ready";
  const isReady = () => {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`The ${name} ended at start:\n${app.output.join("\n")}`);
    }
    return app.logged(message)[0];
  };
  const ready = await until(`the ${name} is ready`, isReady, startTimeoutMs);
  return { ...app, ready };
}

function watchProcess(child: ChildProcess, isKept: LogFilter): AppProcess {
  const output: string[] = [];
  const lines: LogLine[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on("line", (text) => {
      const line = parseLine(text);
      if (!isKept(line)) return;
      output.push(text);
      lines.push(line);
    });
  }
  async function end(signal: NodeJS.Signals): Promise<number | null> {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, "exit");
      child.kill(signal);
      await exited;
    }
    return child.exitCode;
  }
  return {
    pid: child.pid ?? 0,
    output,
    drain() {
      lines.length = 0;
      return output.splice(0);
    },
    logged: (message) => lines.filter((line) => line.msg === message),
    signal: (signal) => void child.kill(signal),
    kill: async () => void (await end("SIGKILL")),
    stop: () => end("SIGTERM"),
  };
}

function parseLine(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return { msg: text };
  }
}
