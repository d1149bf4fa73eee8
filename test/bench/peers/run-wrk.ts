import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CannotRunError } from "./cannot-run-error.ts";
import type { Peer } from "./start-peers.ts";
import { peersModel } from "./start-upstream.ts";

/** What one load of wrk found out. */
export type Load = {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
};

const script = fileURLToPath(new URL("./load.lua", import.meta.url));
const run = promisify(execFile);

const body = JSON.stringify({
  model: peersModel,
  messages: [{ role: "user", content: "Hello" }],
});

/** @throws {CannotRunError} when this machine has no wrk. */
export function requireWrk(): void {
  const { error } = spawnSync("wrk", ["--version"], { stdio: "ignore" });
  if (!error) return;
  throw new CannotRunError(
    "No wrk on this machine: `apt-get install -y wrk`, or what installs wrk on yours, then run the same command again.",
  );
}

/**
 * Loads a gateway for a while.
 *
 * @throws {Error} when a request failed or got an error for an answer.
 */
export async function runWrk(
  { url, headers }: Peer,
  connections: number,
  seconds: number,
): Promise<Load> {
  const all = { "content-type": "application/json", ...headers };
  const { stdout } = await run("wrk", [
    ...["--threads", "1", "--connections", String(connections)],
    ...["--duration", `${seconds}s`, "--script", script, "--latency"],
    // A slow answer is an answer; by itself wrk counts one of 2 s as an error.
    ...["--timeout", "30s"],
    ...Object.entries(all).flatMap(([name, value]) => [
      "--header",
      `${name}: ${value}`,
    ]),
    `${url}/chat/completions`,
    ...["--", body],
  ]);
  const line = stdout.split("\n").find((text) => text.startsWith("{"));
  const { errors, ...load } = JSON.parse(line ?? "{}") as Load & {
    readonly errors: number;
  };
  if (errors === 0 && load.requests > 0) return load;
  throw new Error(`Not every request was answered with a 200:\n${stdout}`);
}
