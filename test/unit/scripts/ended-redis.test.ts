import { rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { isAlive } from "../../../scripts/processes/is-alive.mjs";
import { keepRunning } from "../../../scripts/redis/keep-running.ts";
import {
  privateRedisAvailable,
  startPrivateRedis,
} from "../../support/redis/redis.ts";
import { startStack, untilOptions, untilReady } from "./stand-in-stack.ts";
import {
  createProject,
  type TemporaryProject,
  writeCommand,
} from "./temporary-project.ts";

beforeEach((context) => {
  if (!privateRedisAvailable()) context.skip("needs redis-server on the PATH");
});

const pidFile = ".data/redis/redis.pid";
const pidOf = (project: TemporaryProject) => Number(project.read(pidFile));

const restarts = (text: string) =>
  text.match(/^Redis ended .*again on/gm) ?? [];

test("npm start brings its own Redis back when that is killed, and lets it end when it stops", async () => {
  const project = createProject();
  const run = await startStack(project, { REDIS_URL: undefined });
  await untilReady(run);
  const first = pidOf(project);
  for (let kills = 1; kills <= 2; kills += 1) {
    const pid = pidOf(project);
    process.kill(pid, "SIGKILL");
    await vi.waitUntil(
      () => ![pid, run.child.pid].includes(pidOf(project)),
      untilOptions,
    );
    expect(restarts(run.stderr()).length).toBe(kills);
  }
  expect(run.stderr()).toContain("Redis ended (SIGKILL): starting it again");
  const last = pidOf(project);
  run.child.kill("SIGTERM");
  expect(await run.ended).toBe(0);
  expect([first, last].filter(isAlive)).toEqual([]);
  expect(project.has(pidFile)).toBe(false);
  expect(restarts(run.stderr()).length).toBe(2);
});

test("a second one is refused on the data of a Redis that is about to be started again", async () => {
  const project = createProject();
  const run = await startStack(project, { REDIS_URL: undefined });
  await untilReady(run);
  // The second pause is a whole second.
  for (let kills = 1; kills <= 2; kills += 1) {
    await vi.waitUntil(
      () => ![0, run.child.pid].includes(pidOf(project)),
      untilOptions,
    );
    process.kill(pidOf(project), "SIGKILL");
    await vi.waitUntil(() => restarts(run.stderr()).length === kills);
  }
  const second = await startStack(project, { REDIS_URL: undefined });
  expect(await second.ended).toBe(1);
  expect(second.stderr()).toMatch(/^Redis \(process \d+\) already uses /m);
  run.child.kill("SIGTERM");
  expect(await run.ended).toBe(0);
});

test("npm start ends with one line where the data of its Redis cannot be used", async () => {
  const project = createProject();
  project.write(".data", "no folder");
  const run = await startStack(project, { REDIS_URL: undefined });
  expect(await run.ended).toBe(1);
  expect(run.stderr()).toMatch(
    /^Redis cannot run with its data in .* \(.*\): mend that, or set REDIS_URL .*\n$/,
  );
});

test("npm start ends where its Redis cannot be brought back", async () => {
  const project = createProject();
  const real = process.env.PATH?.split(":")
    .map((folder) => join(folder, "redis-server"))
    .join(" ");
  // A server that runs once.
  writeCommand(
    project,
    "redis-server",
    `for real in ${real}; do [ -x "$real" ] && break; done
    if [ "$1" != --version ]; then
      [ -e "${project.root}/broken" ] && { echo "Bad file format"; exit 1; }
      touch "${project.root}/broken"
    fi
    exec "$real" "$@"`,
  );
  const run = await startStack(project, {
    REDIS_URL: undefined,
    PATH: `${join(project.root, "bin")}:${process.env.PATH}`,
  });
  await untilReady(run);
  process.kill(pidOf(project), "SIGKILL");
  expect(await run.ended).toBe(1);
  expect(run.stderr()).toContain(
    "Redis ended again and again (Redis did not start: Bad file format): stopping. Its data are in",
  );
  expect(restarts(run.stderr()).length).toBeGreaterThan(2);
  expect(project.read("events")).toContain("worker ended");
});

test("a Redis that is stopped while it waits to be started again stays away", async () => {
  const said = vi.spyOn(console, "error").mockImplementation(() => undefined);
  onTestFinished(() => said.mockRestore());
  const redis = await startPrivateRedis();
  onTestFinished(() => redis.stop());
  const kept = keepRunning(redis, {
    onEnded: () => undefined,
    beforeRestart: () => undefined,
    restartDelaysMs: [300],
  });
  await redis.kill();
  await vi.waitUntil(() => said.mock.calls.length === 1, untilOptions);
  kept.leaveEnded();
  const pid = redis.pid();
  await new Promise((resolve) => setTimeout(resolve, 800));
  expect(redis.pid()).toBe(pid);
  expect(isAlive(pid)).toBe(false);
});

test("a Redis that is stopped while it starts again ends, too", async () => {
  const redis = await startPrivateRedis();
  onTestFinished(() => rmSync(redis.dataDir, { recursive: true, force: true }));
  await redis.kill();
  const restarted = redis.restart().then(
    () => "started",
    () => "ended",
  );
  await redis.stop();
  await restarted;
  expect(isAlive(redis.pid())).toBe(false);
});
