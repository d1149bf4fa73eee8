import { spawn } from "node:child_process";
import { basename } from "node:path";
import { say } from "../words/say.mjs";
import { StopWithMessage } from "./stop-with-message.mjs";

// Without a network, npm would otherwise take minutes to fail.
const quickRetries = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000"];
const quiet = ["--no-audit", "--no-fund", "--no-progress", "--loglevel=error"];
const offline =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENOTCACHED|ENETUNREACH)\b/;

/** Runs npm in a folder, silently; its output is shown only when it fails. */
export async function runNpm(folder, args) {
  const { command, prefix } = findNpm();
  const child = spawn(
    command,
    [
      ...prefix,
      ...args,
      "--prefix",
      folder,
      "--prefer-offline",
      ...quiet,
      ...quickRetries,
    ],
    {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32" && prefix.length === 0,
      windowsHide: true,
    },
  );
  // A signal that ends this process alone must not leave it at work.
  const stop = () => child.kill();
  process.once("exit", stop);
  const output = [];
  child.stdout.on("data", (chunk) => output.push(chunk));
  child.stderr.on("data", (chunk) => output.push(chunk));
  const code = await new Promise((resolve) => {
    child.once("error", (error) => resolve(error.code));
    child.once("close", resolve);
  });
  process.off("exit", stop);
  if (code !== 0)
    throw new StopWithMessage(
      explain(code, Buffer.concat(output).toString().trim()),
    );
}

// Under `npm run` the same npm is used; otherwise the one on the PATH.
function findNpm() {
  const script = process.env.npm_execpath;
  if (script && basename(script) === "npm-cli.js")
    return { command: process.execPath, prefix: [script] };
  return { command: "npm", prefix: [] };
}

function explain(code, output) {
  if (code === "ENOENT") return say("noNpm");
  const reason = output.match(offline)?.[0];
  if (reason) {
    return say("noRegistry", { reason });
  }
  return say("npmFailed", { output });
}
