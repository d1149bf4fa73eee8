import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, expect, inject, test } from "vitest";
import { dieWithParent } from "../../../scripts/processes/die-with-parent.ts";
import { projectRoot } from "../../../scripts/project-root.ts";
import { childrenOf } from "../../support/processes/children-of.ts";
import { until } from "../../support/until.ts";

let demo: ChildProcess | undefined;
afterEach(async () => {
  if (demo && demo.exitCode === null && demo.signalCode === null) {
    demo.kill("SIGTERM");
    await once(demo, "exit");
  }
});

/** Starts the demo and collects what it prints. */
function startDemo(env: Record<string, string> = {}) {
  const child = spawn(
    process.execPath,
    [join(projectRoot, "test/demo/main.ts")],
    {
      env: {
        ...process.env,
        REDIS_URL: inject("redisUrl"),
        NO_COLOR: "1",
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  dieWithParent(child);
  demo = child;
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => lines.push(line));
  }
  const pid = child.pid ?? 0;
  return {
    pid,
    text: () => lines.join("\n"),
    line: (part: string) => lines.find((line) => line.includes(part)) ?? "",
    ended: once(child, "close").then(([code]) => code as number | null),
    /** Waits for the moment when the rest of the burst has to wait for slots. */
    untilQueued: () =>
      until("the burst is queued", () =>
        lines.some((line) => /queued +90 +in flight +0/.test(line)),
      ),
  };
}

test("the demo drains its burst and tells how", async ({ annotate }) => {
  const demo = startDemo();
  expect(await demo.ended).toBe(0);
  expect(demo.text()).toMatch(/answered +150 +of 150/);
  expect(demo.text()).toMatch(/rejected +0/);
  expect(demo.text()).toMatch(/lost +0/);
  expect(demo.text()).toMatch(/upstream 429s +\d+/);
  expect(demo.text()).toMatch(/done +150 of 150/);
  expect(demo.text()).toContain("npm start");
  expect(demo.text()).toMatch(/Watch it at .*\/admin\/sign-in\?token=/);
  for (const figure of ["upstream 429s", "drained in", "added latency"]) {
    await annotate(demo.line(figure).trim());
  }
});

test("the demo fails when requests are lost", async () => {
  const demo = startDemo();
  await demo.untilQueued();
  for (const pid of childrenOf(demo.pid, "apps/gateway")) {
    process.kill(pid, "SIGKILL");
  }
  expect(await demo.ended).toBe(1);
  expect(demo.text()).toMatch(/answered +60 +of 150/);
  expect(demo.text()).toMatch(/lost +90/);
  expect(demo.text()).not.toContain("npm start");
});

test("the demo that is interrupted ends in order and leaves nothing running", async () => {
  const demo = startDemo();
  await demo.untilQueued();
  const children = childrenOf(demo.pid, "");
  expect(children.length).toBeGreaterThanOrEqual(4);
  process.kill(demo.pid, "SIGINT");
  expect(await demo.ended).toBe(130);
  expect(demo.text()).toContain("Interrupted");
  await until("everything has ended", () => !children.some(isRunning));
});

test("the demo without a Redis at REDIS_URL says so in one line", async () => {
  const demo = startDemo({ REDIS_URL: "redis://:secret@127.0.0.1:1" });
  expect(await demo.ended).toBe(1);
  expect(demo.text()).toMatch(/^No Redis at 127\.0\.0\.1:1 \(.+\): .+$/m);
  expect(demo.text()).not.toContain("secret");
  expect(demo.text()).not.toMatch(/^ +at /m);
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
