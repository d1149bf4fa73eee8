import { type ChildProcess, spawn } from "node:child_process";
import { unrefChild } from "./unref-child.ts";

// It waits for the end of its standard input, which comes when our process ends for any reason
// (SIGKILL included). SIGCONT, because a stopped process would not receive SIGTERM; SIGKILL for one
// that has not ended after 5 seconds.
const waitThenStop = `
trap '' INT TERM HUP
read -r _
kill -CONT "$1" 2>/dev/null
kill -TERM "$1" 2>/dev/null
tries=0
while kill -0 "$1" 2>/dev/null && [ "$tries" -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
kill -KILL "$1" 2>/dev/null
[ -z "$2" ] || rm -rf "$2"
`;

/** Ends a process, and removes its temporary folder if it has one, when our process ends. */
export function dieWithParent(child: ChildProcess, temporaryFolder = ""): void {
  if (child.pid === undefined || process.platform === "win32") return;
  const guard = spawn(
    "/bin/sh",
    ["-c", waitThenStop, "die-with-parent", String(child.pid), temporaryFolder],
    {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    },
  );
  guard.on("error", () => undefined);
  guard.stdin?.on("error", () => undefined);
  unrefChild(guard);
  // Once the process has ended by itself, its id may be reused.
  child.once("exit", () => guard.kill("SIGKILL"));
}
