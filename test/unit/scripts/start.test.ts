import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { isAlive } from "../../../scripts/processes/is-alive.mjs";
import {
  app,
  gateway,
  gatewayThat,
  pidsOf,
  startStack,
  untilOptions,
  untilReady,
} from "./stand-in-stack.ts";
import { createProject } from "./temporary-project.ts";

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

test.each([
  ["Sentinels know of one", "REDIS_SENTINELS"],
  ["a Cluster is given", "REDIS_CLUSTER"],
  ["a file has its address", "REDIS_URL_FILE"],
])("brings no Redis where %s", async (_name, variable) => {
  const run = await startStack(createProject(), {
    REDIS_URL: undefined,
    [variable]: "127.0.0.1:1",
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
    gatewayThat(503, {
      status: "not ready",
      reason: "No key works (1 of 1: 401)",
    }),
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

test("does not take another program on the port for its gateway", async () => {
  const other = createServer((_, response) => response.end("{}"));
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const project = createProject();
  // It says so only after the other program has been asked several times.
  project.write(
    "apps/gateway/src/main.ts",
    `setTimeout(() => { console.error("PORT: wants a free port"); process.exit(1); }, 1500);`,
  );
  const run = await startStack(project, { PORT: String(port) });
  expect(await run.ended).toBe(1);
  expect(run.stderr()).not.toContain("Ready: ");
});

test("says that another program answers where its gateway listens", async () => {
  const project = createProject();
  project.write("apps/gateway/src/main.ts", gatewayThat(200, { ok: true }));
  const run = await startStack(project);
  await vi.waitUntil(
    () =>
      /Not ready yet: another program answers at .* PORT/.test(run.stderr()),
    untilOptions,
  );
  run.child.kill("SIGTERM");
  expect(await run.ended).toBe(0);
  expect(run.stderr()).not.toContain("Ready: ");
});

test("tells the port that the gateway has found free, with PORT=0", async () => {
  const run = await startStack(createProject(), { PORT: "0" });
  await untilReady(run);
  expect(run.stderr()).toMatch(/Ready: .* http:\/\/127\.0\.0\.1:[1-9]\d+\/v1/);
  run.child.kill("SIGTERM");
  expect(await run.ended).toBe(0);
});
