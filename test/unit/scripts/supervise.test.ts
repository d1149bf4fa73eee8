import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import {
  type SuperviseOptions,
  supervise,
} from "../../../scripts/stack/supervise.ts";
import { createProject } from "./temporary-project.ts";

function superviseScript(
  script: string,
  options: Partial<SuperviseOptions> = {},
) {
  const project = createProject();
  const supervised = supervise({
    name: "app",
    cwd: project.root,
    args: [project.write("app.ts", script)],
    env: { ...process.env, RUNS: join(project.root, "runs") },
    startupMs: 0,
    restartDelaysMs: [10, 10],
    ...options,
  });
  onTestFinished(() => supervised.kill());
  const runs = () => (project.has("runs") ? project.read("runs").length : 0);
  return { supervised, runs };
}

const noteRun =
  'import { appendFileSync } from "node:fs"; appendFileSync(process.env.RUNS ?? "", "x");';

beforeEach(() => {
  const silenced = vi
    .spyOn(console, "error")
    .mockImplementation(() => undefined);
  return () => silenced.mockRestore();
});

test("starts a process again, a few times", async () => {
  const { supervised, runs } = superviseScript(`${noteRun} process.exit(4);`);
  expect(await supervised.gaveUp).toBe(4);
  expect(runs()).toBe(3);
});

test("forgives the restarts of one that then ran for long", async () => {
  const { runs } = superviseScript(`${noteRun} process.exit(4);`, {
    steadyMs: 0,
  });
  await vi.waitUntil(() => runs() > 4, { timeout: 60_000 });
});

test("does not start one again that cannot run at all", async () => {
  const { supervised, runs } = superviseScript(`${noteRun} process.exit(0);`, {
    startupMs: 20_000,
  });
  expect(await supervised.gaveUp).toBe(1);
  expect(runs()).toBe(1);
});

test("tells of a signal by its exit code, as a shell does", async () => {
  const { supervised } = superviseScript(
    'process.kill(process.pid, "SIGKILL");',
    {
      startupMs: 20_000,
    },
  );
  expect(await supervised.gaveUp).toBe(128 + 9);
});

test("does not start a stopped one again, not even while it waits to", async () => {
  const { supervised, runs } = superviseScript(`${noteRun} process.exit(4);`, {
    restartDelaysMs: [300],
  });
  await vi.waitUntil(() => runs() === 1, { timeout: 60_000 });
  await supervised.stop();
  await new Promise((resolve) => setTimeout(resolve, 800));
  expect(runs()).toBe(1);
});
