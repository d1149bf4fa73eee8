import { join } from "node:path";
import { expect, test } from "vitest";
import {
  createProject,
  type Run,
  runNode,
  type TemporaryProject,
  writeCommand,
} from "./temporary-project.ts";

const nothingToInstallWith =
  "No Redis and no Docker on this machine: start Docker, or install redis-server, or set REDIS_URL to a Redis you have, then run the same command again.";

// Says what the real one says, as far as we listen to it.
const redisServer = `
[ "$1" = --version ] && { echo "Redis server v=7.0.0"; exit 0; }
echo "Ready to accept connections"
exec /bin/sleep 60`;

const probe = `
  try {
    const { findRedis } = await import(process.argv[1] + "/scripts/redis/find-redis.ts");
    const [purpose = "demo", dataDir] = process.argv.slice(2);
    const { kind, url, stop } = await findRedis({ purpose, dataDir });
    console.log(JSON.stringify({ kind, url }));
    await stop();
  } catch (error) {
    console.log(JSON.stringify({ name: error.name, message: error.message }));
  }`;

/** Looks for Redis on a machine that has only the commands in the project's `bin`. */
function findRedisIn(
  project: TemporaryProject,
  env: NodeJS.ProcessEnv = {},
  args: string[] = [],
): Run {
  const command = ["--input-type=module", "--eval", probe];
  return runNode([...command, project.root, ...args], {
    cwd: project.root,
    env: { PATH: join(project.root, "bin"), HOME: project.root, ...env },
  });
}

async function resultOf(run: Run) {
  await run.ended;
  return JSON.parse(run.stdout());
}

test("takes the given Redis before anything else", async () => {
  const project = createProject();
  writeCommand(project, "redis-server", redisServer);
  writeCommand(project, "docker", "echo 27.0.0");
  const run = findRedisIn(project, { REDIS_URL: "redis://elsewhere:1" });
  expect(await resultOf(run)).toEqual({
    kind: "given",
    url: "redis://elsewhere:1",
  });
});

test("starts a server from the PATH when Docker's engine does not run", async () => {
  const project = createProject();
  writeCommand(project, "redis-server", redisServer);
  writeCommand(project, "docker", "exit 1");
  const run = findRedisIn(project);
  expect(await resultOf(run)).toEqual({
    kind: "private",
    url: expect.stringMatching(/^redis:\/\/127\.0\.0\.1:\d+$/),
  });
  expect(run.stderr()).toBe("");
});

test("starts a server from the PATH when Docker cannot start one", async () => {
  const project = createProject();
  writeCommand(project, "redis-server", redisServer);
  writeCommand(project, "docker", '[ "$1" = info ] && echo 27.0.0');
  const run = findRedisIn(project);
  expect(await resultOf(run)).toMatchObject({ kind: "private" });
  expect(run.stderr()).toMatch(
    /^Docker could not start Redis \(.*\): looking on this machine instead …\n$/,
  );
});

test("has a project of Docker Compose for each data folder, unless its name is given", async () => {
  const project = createProject();
  writeCommand(
    project,
    "docker",
    `[ "$1" = info ] && echo 27.0.0
    [ "$1" = compose ] && echo "$@" >> "${project.root}/calls"
    case "$*" in *"port redis"*) echo 127.0.0.1:7777;; esac`,
  );
  const start = async (folder: string, env = {}) =>
    resultOf(findRedisIn(project, env, ["start", folder]));
  const found = { kind: "docker", url: "redis://127.0.0.1:7777" };
  expect(await start("/srv/a/.data/redis")).toEqual(found);
  expect(await start("/srv/b/.data/redis")).toEqual(found);
  expect(await start(join(project.root, ".data/redis"))).toEqual(found);
  await start("/srv/b/.data/redis", { COMPOSE_PROJECT_NAME: "mine" });
  const calls = project.read("calls").trim().split("\n");
  const names = calls.map(
    (call) => /^compose --project-name (\S+)/.exec(call)?.[1],
  );
  // Each asks whether it runs, starts it, asks for its port and stops it.
  const [a, b, own] = [names[0], names[4], names[8]];
  expect(a).toMatch(/^openrouter-free-pool-[0-9a-f]{12}$/);
  expect(own).toMatch(/^openrouter-free-pool-[0-9a-f]{12}$/);
  expect(new Set([a, b, own]).size).toBe(3);
  const projects = [a, b, own, undefined];
  expect(names).toEqual(projects.flatMap((name) => Array(4).fill(name)));
});

test("does not wait long for a Docker that hangs", async () => {
  const project = createProject();
  writeCommand(
    project,
    "valkey-server",
    redisServer.replace("Redis", "Valkey"),
  );
  writeCommand(project, "docker", "exec /bin/sleep 60");
  const startedAt = performance.now();
  expect(await resultOf(findRedisIn(project))).toMatchObject({
    kind: "private",
  });
  expect(performance.now() - startedAt).toBeLessThan(40_000);
});

test("knows the server in Debian's redis-tools, and no impostor", async () => {
  const project = createProject();
  writeCommand(project, "redis-server", "echo something else");
  writeCommand(project, "redis-check-rdb", redisServer);
  expect(await resultOf(findRedisIn(project))).toMatchObject({
    kind: "private",
  });
});

test("installs Redis with the system's package manager, and says so", async () => {
  const project = createProject();
  const bin = join(project.root, "bin");
  writeCommand(project, "template", redisServer);
  writeCommand(project, "sudo", '[ "$2" = true ] && exit 0; shift; exec "$@"');
  writeCommand(
    project,
    "apt-get",
    `echo "$@" >> "${project.root}/apt-calls"
    [ "$1" = update ] || /bin/cp "${bin}/template" "${bin}/redis-check-rdb"`,
  );
  const run = findRedisIn(project);
  expect(await resultOf(run)).toMatchObject({ kind: "private" });
  expect(run.stderr()).toMatch(
    /^No Redis and no Docker on this machine: installing Redis \(.*apt-get install redis-tools\) …\n$/,
  );
  expect(project.read("apt-calls")).toMatch(
    /^update .*\ninstall .*redis-tools\n$/,
  );
});

test("says what to do when the installation fails", async () => {
  const project = createProject();
  writeCommand(project, "sudo", '[ "$2" = true ] && exit 0; shift; exec "$@"');
  writeCommand(project, "apk", "echo no such package; exit 1");
  const run = findRedisIn(project);
  expect(await resultOf(run)).toEqual({
    name: "NoRedisError",
    message: expect.stringMatching(
      /^apk could not install Redis \(see above\): start Docker, or/,
    ),
  });
  expect(run.stderr()).toContain("no such package");
});

test("says what to do when there is nothing to install it with", async () => {
  const run = findRedisIn(createProject());
  expect(await resultOf(run)).toEqual({
    name: "NoRedisError",
    message: nothingToInstallWith,
  });
});
