import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { createProject, runNode } from "./temporary-project.ts";

// In a container each start has the process ids of the one before, and a Ctrl-C while npm installs leaves the lock.
test("a lock that an ended process of the same id has left holds nobody up", async () => {
  const project = createProject();
  mkdirSync(join(project.root, "node_modules"));
  project.write(
    "main.mjs",
    `import { writeFileSync } from "node:fs";
     import { withInstallLock } from "./scripts/bootstrap/install-lock.mjs";
     writeFileSync(process.argv[2] + "/node_modules/.bootstrap-lock", String(process.pid));
     await withInstallLock(process.argv[2], async () => console.log("installed"));`,
  );
  const run = runNode([join(project.root, "main.mjs"), project.root]);
  await Promise.race([run.ended, sleep(10_000)]);
  expect(run.stderr()).toBe("");
  expect(run.stdout()).toBe("installed\n");
});
