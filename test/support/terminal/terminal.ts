import { spawn } from "node:child_process";
import { once } from "node:events";
import { until } from "../until.ts";

/** A program on a terminal of its own, and a person in front of it. */
export type Terminal = {
  /** Everything on the screen so far. */
  screen(): string;
  /** Waits for something to be on the screen. */
  shows(text: string | RegExp, timeoutMs?: number): Promise<void>;
  type(keys: string): void;
  /** The exit code. */
  readonly ended: Promise<number | null>;
  kill(): void;
};

/** Keys that a person presses. */
export const keys = { enter: "\r", interrupt: "\x03" } as const;

/** Runs a shell's command line on a terminal, by util-linux's `script`. */
export function openTerminal(
  commandLine: string,
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
): Terminal {
  const child = spawn("script", ["-qefc", commandLine, "/dev/null"], {
    cwd,
    env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  let screen = "";
  child.stdout.on("data", (chunk: Buffer) => {
    screen += chunk.toString();
  });
  child.stdin.on("error", () => undefined);
  const isOn = (text: string | RegExp) =>
    typeof text === "string" ? screen.includes(text) : text.test(screen);
  return {
    screen: () => screen,
    shows: async (text, timeoutMs = 60_000) => {
      const isOver = () => isOn(text) || child.exitCode !== null;
      await until("it is over", isOver, timeoutMs).catch(() => undefined);
      if (!isOn(text))
        throw new Error(`No ${text} on the terminal:\n${screen}`);
    },
    type: (text) => child.stdin.write(text),
    ended: once(child, "close").then(([code]) => code),
    kill: () => void child.kill("SIGKILL"),
  };
}
