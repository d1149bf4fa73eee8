import {
  type ChildProcess,
  execFile,
  spawn,
  spawnSync,
} from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { dieWithParent } from "../../../scripts/processes/die-with-parent.ts";
import { projectRoot } from "../../../scripts/project-root.ts";
import { findFreePort } from "../../../scripts/redis/free-port.ts";
import { findRedisBinary } from "../../../scripts/redis/redis-binary.ts";
import { until } from "../../support/until.ts";

const run = promisify(execFile);
const scripts = join(projectRoot, "deploy/helm/openrouter-free-pool/files");
const password = "s3cret with blanks # and signs";

test("the start scripts of chart and compose make a group that survives its primary, which comes back as a replica", async (ctx) => {
  const binary = findRedisBinary();
  const { status } = spawnSync("redis-cli", ["--version"]);
  if (!binary || status !== 0) {
    return ctx.skip("needs redis-server and redis-cli on the PATH");
  }
  const folder = await mkdtemp(join(tmpdir(), "openrouter-free-pool-group-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  // Debian's redis-tools has the server under another name.
  await symlink(binary.path, join(folder, "redis-server"));
  const passwordFile = join(folder, "password");
  await writeFile(passwordFile, password);
  const ports = await Promise.all(
    Array.from({ length: 5 }, () => findFreePort()),
  );
  const [first = 0, second = 0, ...sentinels] = ports;

  const group = {
    PATH: `${folder}:${process.env.PATH}`,
    SENTINELS: sentinels.map((each) => `127.0.0.1:${each}`).join(" "),
    GROUP: "pool",
    FIRST_PRIMARY: `127.0.0.1:${first}`,
    PASSWORD_FILE: passwordFile,
  };

  async function start(script: string, port: number): Promise<ChildProcess> {
    const own = join(folder, String(port));
    await mkdir(own, { recursive: true });
    const child = spawn("sh", [join(scripts, script)], {
      detached: true,
      stdio: "ignore",
      env: {
        ...group,
        HOST: "127.0.0.1",
        PORT: String(port),
        RUN_FOLDER: own,
        DATA_FOLDER: own,
        MAXMEMORY: "100mb",
        MIN_REPLICAS: "0",
        QUORUM: "2",
        DOWN_AFTER_MS: "1000",
      },
    });
    dieWithParent(child);
    onTestFinished(() => end(child));
    return child;
  }

  const primary = await start("start-redis.sh", first);
  await start("start-redis.sh", second);
  await until("the replica follows", async () =>
    (await info(second)).includes("master_link_status:up"),
  );
  for (const port of sentinels) await start("start-sentinel.sh", port);
  await until("the Sentinels know each other and the replica", async () => {
    const [fellows, replicas] = await Promise.all([
      ask(sentinels[0], "SENTINEL", "SENTINELS", "pool"),
      ask(sentinels[0], "SENTINEL", "REPLICAS", "pool"),
    ]);
    return isList(fellows, 2) && isList(replicas, 1);
  });

  await end(primary);
  await until("the replica is the primary", async () =>
    (await info(second)).includes("role:master"),
  );
  await until("the Sentinels say so", async () =>
    String(
      await ask(sentinels[0], "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "pool"),
    ).endsWith(String(second)),
  );
  await start("start-redis.sh", first);
  const role = await until(
    "the first one is back",
    async () => /role:\w+/.exec(await info(first))?.[0],
  );
  expect(role).toBe("role:slave");

  await until("the Sentinels know that it follows", async () =>
    /flags,slave,.*master-link-status,ok/.test(
      String(await ask(sentinels[0], "SENTINEL", "REPLICAS", "pool")),
    ),
  );
  const replaced = await run("sh", [join(scripts, "replace-primary.sh")], {
    env: group,
  });
  expect(replaced.stdout).toBe(`127.0.0.1:${first}\n`);
  expect(await info(first)).toContain("role:master");
});

function isList(answer: unknown, length: number): boolean {
  return Array.isArray(answer) && answer.length === length;
}

const info = async (port: number) =>
  String((await ask(port, "INFO", "replication")) ?? "");

/** What a server answers; undefined while it does not. */
async function ask(
  port: number | undefined,
  command: string,
  ...args: string[]
): Promise<unknown> {
  const redis = new Redis({
    port: port ?? 0,
    host: "127.0.0.1",
    password,
    enableReadyCheck: false,
    retryStrategy: () => null,
  });
  redis.on("error", () => undefined);
  try {
    return await redis.call(command, ...args);
  } catch {
    return undefined;
  } finally {
    redis.disconnect();
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}
