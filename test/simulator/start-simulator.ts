import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Bill } from "./calls/bill.ts";
import type { CallFilter, CallRecord } from "./calls/call-log.ts";
import type { Summary } from "./calls/summary.ts";
import { createSend, readCalls } from "./control-client.ts";
import type { ScriptRule } from "./faults/faults.ts";
import { parseRecord } from "./json.ts";
import type {
  ResolvedSettings,
  SettingsPatch,
  SimulatorSettings,
} from "./settings.ts";

export type { Bill } from "./calls/bill.ts";
export type { CallFilter, CallRecord } from "./calls/call-log.ts";
export type { Summary } from "./calls/summary.ts";
export type { Fault, ScriptRule } from "./faults/faults.ts";
export {
  DEFAULT_KEY,
  type SettingsPatch,
  type SimulatorSettings,
} from "./settings.ts";

/** A running simulator process. */
export type Simulator = {
  /** What OPENROUTER_BASE_URL wants; ends in `/api/v1`. */
  url: string;
  origin: string;
  pid: number;
  /** Merges a change into the settings (null removes); an empty patch just reads them. */
  settings(patch?: SettingsPatch): Promise<ResolvedSettings>;
  /** Appends faults for the next calls that match. */
  script(rules: ScriptRule[]): Promise<void>;
  /** The log in order of arrival. */
  calls(filter?: CallFilter): Promise<CallRecord[]>;
  /** Counts over the log; `windowMs` overrides the length of the windows judged. */
  summary(windowMs?: number): Promise<Summary>;
  /** The summary of the log, which is forgotten; quotas stay. For runs of hours, whose log would fill the memory. */
  takeSummary(): Promise<Summary>;
  /** What the calls of the log have cost. */
  bill(): Promise<Bill>;
  /** Forgets the log and all quotas; settings and script stay. */
  reset(): Promise<void>;
  /** Starts all quotas anew; the log stays. */
  resetQuotas(): Promise<void>;
  /** Ends the process; twice does no harm. */
  stop(): Promise<void>;
};

export type StartOptions = {
  /** Any free port when absent. */
  port?: number;
  host?: string;
};

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));
const KILL_AFTER_MS = 2_000;

async function readOrigin(child: ChildProcess, out: Readable): Promise<string> {
  const lines = createInterface({ input: out });
  const exited = once(child, "exit").then(([code]) => {
    throw new Error(`the simulator exited with ${String(code)} at start`);
  });
  const [line]: unknown[] = await Promise.race([once(lines, "line"), exited]);
  // From here on its end is expected.
  exited.catch(() => {});
  lines.close();
  out.resume();
  const message = parseRecord(String(line));
  if (typeof message?.url === "string") return message.url;
  throw new Error(`the simulator said: ${String(line)}`);
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
  await exited;
  clearTimeout(timer);
}

function buildSimulator(
  origin: string,
  pid: number,
  stop: () => Promise<void>,
): Simulator {
  const send = createSend(origin);
  return {
    url: `${origin}/api/v1`,
    origin,
    pid,
    settings: async (patch = {}) =>
      (await send("PATCH", "/settings", patch)) as ResolvedSettings,
    script: async (rules) => void (await send("POST", "/script", rules)),
    calls: (filter = {}) => readCalls(send, filter),
    summary: async (windowMs) => {
      const query = windowMs === undefined ? "" : `?windowMs=${windowMs}`;
      return (await send("GET", `/summary${query}`)) as Summary;
    },
    takeSummary: async () => (await send("POST", "/calls/take")) as Summary,
    bill: async () => (await send("GET", "/bill")) as Bill,
    reset: async () => void (await send("DELETE", "/calls")),
    resetQuotas: async () => void (await send("POST", "/quota/reset")),
    stop,
  };
}

/** Starts OpenRouter's stand-in as a process of its own, which ends with the caller's at the latest. */
export async function startSimulator(
  settings: SimulatorSettings = {},
  { port = 0, host = "127.0.0.1" }: StartOptions = {},
): Promise<Simulator> {
  const child = spawn(process.execPath, [MAIN], {
    stdio: ["pipe", "pipe", "inherit"],
    // A Ctrl-C in the terminal is the caller's business.
    detached: true,
    env: {
      ...process.env,
      SIMULATOR_PORT: String(port),
      SIMULATOR_HOST: host,
      SIMULATOR_SETTINGS: "",
      SIMULATOR_EXIT_WITH_PARENT: "1",
    },
  });
  const stop = () => stopProcess(child);
  try {
    const origin = await readOrigin(child, child.stdout);
    // Over HTTP rather than the environment, which has no room for thousands of accounts.
    await createSend(origin)("PUT", "/settings", settings);
    return buildSimulator(origin, child.pid ?? 0, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}
