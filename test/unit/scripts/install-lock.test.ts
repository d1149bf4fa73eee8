import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import {
  createProject,
  runNode,
  type TemporaryProject,
} from "./temporary-project.ts";

const lock = "node_modules/.bootstrap-lock";
const untilOptions = { timeout: 60_000, interval: 20 };

/** Installs in a project whose lock the process itself may have written first. */
function install(
  project: TemporaryProject,
  { owner = "", work = "", staleMs = 60_000 },
) {
  const main = project.write(
    "main.mjs",
    `import { mkdirSync, writeFileSync } from "node:fs";
     import { withInstallLock } from "./scripts/bootstrap/install-lock.mjs";
     const [root, staleMs] = process.argv.slice(2);
     mkdirSync(root + "/node_modules", { recursive: true });
     ${owner && `writeFileSync(root + "/${lock}", String(${owner}));`}
     await withInstallLock(root, async () => { ${work} console.log("installed"); }, Number(staleMs));`,
  );
  return runNode([main, project.root, String(staleMs)]);
}

// In a container each start has the process ids of the one before.
test("a lock that an ended process of the same id has left holds nobody up", async () => {
  const run = install(createProject(), { owner: "process.pid" });
  await Promise.race([run.ended, sleep(30_000)]);
  expect(run.stderr()).toBe("");
  expect(run.stdout()).toBe("installed\n");
});

test("a lock whose owner's id another program has by now holds nobody up for ever", async () => {
  const project = createProject();
  const owner = String(process.pid);
  const run = install(project, { owner, staleMs: 500 });
  expect(await run.ended).toBe(0);
  expect(run.stdout()).toBe("installed\n");
  expect(project.has(lock)).toBe(false);
});

test("a lock is kept for as long as its owner installs", async () => {
  const project = createProject();
  // Its owner shows once a second that it lives.
  const first = install(project, {
    work: `await new Promise((resolve) => setTimeout(resolve, 8_000)); console.log(Date.now());`,
  });
  await vi.waitUntil(() => project.has(lock), untilOptions);
  const second = install(project, {
    work: "console.log(Date.now());",
    staleMs: 5_000,
  });
  expect(await first.ended).toBe(0);
  expect(await second.ended).toBe(0);
  expect(second.stderr()).toContain("Waiting for another command");
  const ended = Number.parseInt(first.stdout(), 10);
  expect(Number.parseInt(second.stdout(), 10)).toBeGreaterThanOrEqual(ended);
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)(
  "%s while it installs takes the lock away",
  async (signal, exitCode) => {
    const project = createProject();
    const run = install(project, {
      work: "await new Promise((resolve) => setTimeout(resolve, 60_000));",
    });
    await vi.waitUntil(() => project.has(lock), untilOptions);
    await sleep(500);
    run.child.kill(signal);
    expect(await run.ended).toBe(exitCode);
    expect(project.has(lock)).toBe(false);
  },
);
