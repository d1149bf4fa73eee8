import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectRoot } from "../../../scripts/project-root.ts";
import { AdminClient } from "../../support/clients/admin-client.ts";
import { batchInput } from "../../support/clients/batch-input.ts";
import { operatorPassword } from "../../support/clients/operator.ts";
import { jsonLines, orpool } from "../../support/terminal/orpool.ts";
import {
  type OrpoolStack,
  startOrpoolStack,
} from "../../support/terminal/orpool-stack.ts";
import { openTerminal } from "../../support/terminal/terminal.ts";
import { until } from "../../support/until.ts";

const paused = "operator has paused the queue";
let started: OrpoolStack;
let admin: AdminClient;
beforeAll(async () => {
  started = await startOrpoolStack({
    env: { ADMIN_PASSWORD: operatorPassword },
  });
  admin = new AdminClient(started.stack.url);
  await admin.logIn(operatorPassword);
});
afterAll(() => started?.stop());

test("while the queue is paused the terminal and the page of batches say so, in place of an end", async () => {
  const { cwd, options, stack } = started;
  await admin.act("pause");
  await writeFile(join(cwd, "input.jsonl"), batchInput(3));
  const { stderr } = await orpool(["run", "input.jsonl", "-d"], options);
  expect(jsonLines(stderr).at(-1)).toMatchObject({
    warning: expect.stringContaining(paused),
  });
  await until("the page says so", async () =>
    (await admin.get("/admin/batches")).text.includes(paused),
  );

  const bin = join(projectRoot, "apps/cli/bin/orpool.mjs");
  const terminal = openTerminal(
    `${process.execPath} ${bin} keys --url ${stack.url}`,
    { cwd, env: process.env },
  );
  await terminal.ended;
  expect(terminal.screen()).toContain(paused);
  await admin.act("resume");
});
