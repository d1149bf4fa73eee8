import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { createProject, runNode } from "./temporary-project.ts";

const hourSeconds = 3_600;

/** Installs beside a lock of this owner that was touched so long ago. */
function installBeside(owner: "process.pid" | number, untouchedSeconds = 0) {
  const project = createProject();
  mkdirSync(join(project.root, "node_modules"));
  project.write(
    "main.mjs",
    `import { utimesSync, writeFileSync } from "node:fs";
     import { withInstallLock } from "./scripts/bootstrap/install-lock.mjs";
     const lock = process.argv[2] + "/node_modules/.bootstrap-lock";
     writeFileSync(lock, String(${owner}));
     const touchedAt = Date.now() / 1000 - ${untouchedSeconds};
     utimesSync(lock, touchedAt, touchedAt);
     await withInstallLock(process.argv[2], async () => console.log("installed"));`,
  );
  return runNode([join(project.root, "main.mjs"), project.root]);
}

// In a container each start has the process ids of the one before, and a Ctrl-C while npm installs leaves the lock.
test("a lock that an ended process of the same id has left holds nobody up", async () => {
  const run = installBeside("process.pid");
  await Promise.race([run.ended, sleep(10_000)]);
  expect(run.stderr()).toBe("");
  expect(run.stdout()).toBe("installed\n");
});

test("nor does one whose owner's id another program has by now", async () => {
  const run = installBeside(process.pid, hourSeconds);
  await Promise.race([run.ended, sleep(10_000)]);
  expect(run.stdout()).toBe("installed\n");
});

test("a lock whose owner touches it is waited for", async () => {
  const run = installBeside(process.pid);
  await Promise.race([run.ended, sleep(2_000)]);
  expect(run.stdout()).toBe("");
  run.child.kill();
  await run.ended;
});
