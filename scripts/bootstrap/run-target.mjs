import { spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { say } from "../words/say.mjs";
import { projectRoot } from "./project-root.mjs";

const forwardedSignals = ["SIGINT", "SIGTERM", "SIGHUP"];

// Node caches compiled sources: every start except the first takes half the time.
const compileCache = join(projectRoot, "node_modules", ".cache", "node");

// npm forwards signals that the terminal or a service manager sends to the whole group anyway: one
// key press, two signals.
const echoMs = 1_000;
const parentCheckMs = 500;

/**
 * Starts a file or an installed command on the given Node, and exits as it does.
 *
 * @param cwd working folder; the project's folder when absent.
 * @param nodeOptions flags for it and for every Node process that it starts.
 */
export function runTarget({
  node,
  target,
  args,
  cwd = projectRoot,
  nodeOptions = [],
}) {
  const { command, prefix, shell } = findTarget(node, target);
  const child = spawn(command, [...prefix, ...args], {
    cwd,
    env: environmentFor(node, nodeOptions),
    stdio: "inherit",
    shell,
  });
  forwardSignals(child);
  child.once("error", (error) => {
    console.error(say("cannotStart", { target, reason: error.message }));
    process.exitCode = 127;
  });
  child.once("exit", (code, signal) => {
    process.exit(signal ? 128 + constants.signals[signal] : (code ?? 1));
  });
}

function forwardSignals(child) {
  let forwardedAt = -Infinity;
  const forward = (signal) => {
    if (performance.now() - forwardedAt < echoMs) return;
    forwardedAt = performance.now();
    child.kill(signal);
  };
  for (const signal of forwardedSignals) {
    process.on(signal, () => {
      // A Ctrl-C in the terminal reaches the child by itself; a second signal would mean "stop at
      // once".
      if (signal !== "SIGINT" || !process.stdin.isTTY) forward(signal);
    });
  }
  if (process.env.npm_lifecycle_event) onParentDeath(() => forward("SIGTERM"));
}

// npm sends a SIGTERM to the shell between it and this process, and that shell ends without
// forwarding it.
function onParentDeath(action) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    action();
  }, parentCheckMs);
  timer.unref();
}

function findTarget(node, target) {
  if (/\.[cm]?[jt]s$/.test(target)) {
    return {
      command: node,
      prefix: [resolve(projectRoot, target)],
      shell: false,
    };
  }
  const bin = join(projectRoot, "node_modules", ".bin", target);
  if (process.platform === "win32")
    return { command: target, prefix: [], shell: true };
  if (!existsSync(bin)) return { command: target, prefix: [], shell: false };
  return { command: node, prefix: [realpathSync(bin)], shell: false };
}

// The project's Node and commands come first, so that processes started by the target use the same
// ones.
function environmentFor(node, nodeOptions) {
  const pathName =
    Object.keys(process.env).find((name) => name.toUpperCase() === "PATH") ??
    "PATH";
  const folders = [
    dirname(node),
    join(projectRoot, "node_modules", ".bin"),
    process.env[pathName] ?? "",
  ];
  const env = {
    NODE_COMPILE_CACHE: compileCache,
    ...process.env,
    [pathName]: folders.join(delimiter),
  };
  if (nodeOptions.length > 0) {
    const before = process.env.NODE_OPTIONS ?? "";
    env.NODE_OPTIONS = [before, ...nodeOptions].join(" ").trim();
  }
  return env;
}
