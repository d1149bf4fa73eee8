import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, expect, inject, test } from "vitest";
import { dieWithParent } from "../../scripts/processes/die-with-parent.ts";
import { projectRoot } from "../../scripts/project-root.ts";
import { childrenOf } from "../support/children-of.ts";
import { until } from "../support/until.ts";

let demo: ChildProcess | undefined;
afterEach(async () => {
  if (demo && demo.exitCode === null && demo.signalCode === null) {
    demo.kill("SIGTERM");
    await once(demo, "exit");
  }
});

/** Starts the demo and collects what it prints. */
function startDemo(): { child: ChildProcess; lines: string[] } {
  const child = spawn(
    process.execPath,
    [join(projectRoot, "test/demo/main.ts")],
    {
      env: { ...process.env, REDIS_URL: inject("redisUrl"), NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  dieWithParent(child);
  demo = child;
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
  });
  return { child, lines };
}

test("the demo drains its burst, tells how, and leaves nothing running", async ({
  annotate,
}) => {
  const { child, lines } = startDemo();
  const [code] = await once(child, "exit");
  const text = lines.join("\n");
  expect(code).toBe(0);
  expect(text).toMatch(/answered +150 of 150/);
  expect(text).toMatch(/rejected +0/);
  expect(text).toMatch(/429s from OpenRouter +0/);
  await annotate(lines.find((line) => line.includes("drained in")) ?? "");
}, 60_000);

test("the demo fails when something is lost", async () => {
  const { child, lines } = startDemo();
  await until("the burst is under way", () =>
    lines.some((line) => line.includes("queued 90")),
  );
  for (const pid of childrenOf(child.pid ?? 0, "apps/gateway"))
    process.kill(pid, 9);
  const [code] = await once(child, "exit");
  expect(code).toBe(1);
  expect(lines.join("\n")).toMatch(/lost +90/);
}, 60_000);
