import { expect, test, vi } from "vitest";
import {
  app,
  gateway,
  pidsOf,
  startStack,
  untilOptions,
  untilReady,
} from "./stand-in-stack.ts";
import { createProject } from "./temporary-project.ts";

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("without a key, stops with one line that says what to do", async () => {
  const run = await startStack(createProject(), { OPENROUTER_API_KEYS: " , " });
  expect(await run.ended).toBe(1);
  expect(run.stdout()).toBe("");
  expect(run.stderr()).toMatch(
    /^OPENROUTER_API_KEYS is not set: put .*\.env.*npm run demo.*\n$/,
  );
});

test("takes the keys from .env", async () => {
  const project = createProject();
  project.write(".env", "OPENROUTER_API_KEYS=sk-or-v1-test\n");
  const run = await startStack(project, { OPENROUTER_API_KEYS: undefined });
  await untilReady(run);
  run.child.kill("SIGTERM");
  expect(await run.ended).toBe(0);
});

test("passes the logs through, says when it is ready, and stops the gateway before the worker", async () => {
  const project = createProject();
  const run = await startStack(project);
  await untilReady(run);
  expect(run.stdout()).toContain('"redis":"redis://127.0.0.1:1"');
  run.child.kill("SIGTERM");
  expect(await run.ended).toBe(0);
  expect(project.read("events").trim().split("\n")).toEqual([
    "gateway SIGTERM",
    "gateway ended",
    "worker SIGTERM",
    "worker ended",
  ]);
});

test("brings no Redis where Sentinels know of one", async () => {
  const run = await startStack(createProject(), {
    REDIS_URL: undefined,
    REDIS_SENTINELS: "127.0.0.1:1",
  });
  await untilReady(run);
  expect(run.stdout()).not.toContain('"redis"');
  run.child.kill("SIGTERM");
  expect(await run.ended).toBe(0);
});

test("stops at once on the second signal", async () => {
  const run = await startStack(createProject(), { DRAIN_MS: "60000" });
  await untilReady(run);
  run.child.kill("SIGINT");
  await vi.waitUntil(() => run.stderr().includes("Stopping"), untilOptions);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  run.child.kill("SIGINT");
  await run.ended;
  expect(pidsOf(run).filter(isAlive)).toEqual([]);
});

test("ends with the exit code of a process that cannot run, and takes the other one along", async () => {
  const project = createProject();
  project.write(
    "apps/worker/src/main.ts",
    'console.error("PORT: wrong"); process.exit(9);',
  );
  const run = await startStack(project);
  expect(await run.ended).toBe(9);
  expect(run.stderr()).toContain("The worker ended (exit code 9): stopping.");
});

test("leaves no process behind when it is killed", async () => {
  const project = createProject();
  const run = await startStack(project);
  await untilReady(run);
  run.child.kill("SIGKILL");
  await vi.waitUntil(
    () =>
      project.has("events") &&
      project.read("events").match(/ended/g)?.length === 2,
    untilOptions,
  );
});

test("shows the sign-in link that its gateway tells of", async () => {
  const project = createProject();
  const link = "http://127.0.0.1:3000/admin/sign-in?token=abc";
  project.write(
    "apps/gateway/src/main.ts",
    `${gateway} process.send?.({ signInLink: ${JSON.stringify(link)} });`,
  );
  const run = await startStack(project);
  await untilReady(run);
  await vi.waitUntil(() => run.stderr().includes(link), untilOptions);
  run.child.kill("SIGTERM");
  expect(await run.ended).toBe(0);
});

test("says with the closing line which keys work, as the worker tells", async () => {
  const project = createProject();
  project.write(
    "apps/worker/src/main.ts",
    `${app("worker")} process.send?.({ keysReport: "1 of 2 keys works: a; refused: b (401)" });`,
  );
  const run = await startStack(project);
  await untilReady(run);
  expect(run.stderr()).toMatch(
    /Ready: .* 1 of 2 keys works: a; refused: b \(401\)\. Ctrl-C/,
  );
  run.child.kill("SIGTERM");
  expect(await run.ended).toBe(0);
});

test("says at once that no key works", async () => {
  const project = createProject();
  project.write(
    "apps/gateway/src/main.ts",
    `${app("gateway")}
    import { createServer } from "node:http";
    createServer((_, response) => {
      response.statusCode = 503;
      response.end(JSON.stringify({ reason: "No key works (1 of 1: 401)" }));
    }).listen(Number(process.env.PORT));`,
  );
  project.write(
    "apps/worker/src/main.ts",
    `${app("worker")} process.send?.({ keysReport: "None of 1 key works; refused: b (401)" });`,
  );
  const run = await startStack(project);
  await vi.waitUntil(
    () => run.stderr().includes("Not ready yet: None of 1 key works; refused"),
    untilOptions,
  );
  run.child.kill("SIGTERM");
  expect(await run.ended).toBe(0);
});
