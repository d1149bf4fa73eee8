import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { readRedisAddress } from "../../../libs/shared/src/config/redis-address.ts";
import { isAlive } from "../../../scripts/processes/is-alive.mjs";
import { startKeptRedis } from "../../../scripts/redis/kept-redis.ts";
import { findRedisBinary } from "../../../scripts/redis/redis-binary.ts";
import { launchServer } from "../../../scripts/redis/server-process.ts";
import {
  type PrivateRedis,
  type PrivateRedisOptions,
  privateRedisAvailable,
  startPrivateRedis,
} from "../../support/redis/redis.ts";
import { createProject, runNode } from "./temporary-project.ts";

beforeEach((context) => {
  if (!privateRedisAvailable()) context.skip("needs redis-server on the PATH");
});

async function startServer(options?: PrivateRedisOptions) {
  const redis = await startPrivateRedis(options);
  onTestFinished(() => redis.stop());
  return redis;
}

/** One command over a connection of its own, by the inline form of Redis's protocol. */
async function ask(
  where: number | PrivateRedis,
  command: string,
): Promise<string> {
  const socket =
    typeof where === "number"
      ? connect(where, "127.0.0.1")
      : connect(socketOf(where));
  socket.write(`${command}\r\n`);
  const [answer] = await once(socket, "data");
  socket.destroy();
  return String(answer).trim();
}

const socketOf = ({ url }: PrivateRedis) =>
  decodeURIComponent(new URL(url).pathname);

test("listens on 127.0.0.1 only, never evicts, and leaves nothing behind", async () => {
  const redis = await startServer();
  expect(await ask(redis.port, "CONFIG GET bind")).toContain("127.0.0.1");
  expect(await ask(redis.port, "CONFIG GET maxmemory-policy")).toContain(
    "noeviction",
  );
  await redis.stop();
  expect(isAlive(redis.pid())).toBe(false);
  expect(existsSync(redis.dataDir)).toBe(false);
});

test("keeps port and data over a restart and over kill -9", async () => {
  const redis = await startServer({ appendonly: true, appendfsync: "always" });
  const { port } = redis;
  await ask(port, "SET first 1");
  await redis.restart();
  await ask(port, "SET second 2");
  await redis.kill();
  await expect(ask(port, "PING")).rejects.toThrow("ECONNREFUSED");
  await redis.restart();
  expect(await ask(port, "MGET first second")).toBe("*2\r\n$1\r\n1\r\n$1\r\n2");
});

test("a socket is for its user only, outlives kill -9, and goes with the server", async () => {
  const redis = await startServer({ socket: true, appendonly: true });
  const folder = dirname(socketOf(redis));
  for (const path of [folder, socketOf(redis)]) {
    expect(statSync(path).mode & 0o077).toBe(0);
  }
  expect(await ask(redis, "CONFIG GET port")).toContain("port\r\n$1\r\n0");
  await redis.kill();
  await expect(ask(redis, "PING")).rejects.toThrow("ECONNREFUSED");
  await redis.restart();
  expect(await ask(redis, "PING")).toBe("+PONG");
  await redis.stop();
  expect(existsSync(folder)).toBe(false);
});

test.each([
  ["too long for a socket", "long".repeat(25)],
  ["with characters that mean something in URLs", "a#b %20 50% ?"],
])("a folder for temporary files whose name is %s will do", async (_, name) => {
  const temporary = join(createProject().root, name);
  mkdirSync(temporary);
  vi.stubEnv("TMPDIR", temporary);
  onTestFinished(() => void vi.unstubAllEnvs());
  const redis = await startServer({ socket: true });
  const { url } = readRedisAddress({ REDIS_URL: redis.url }) as { url: string };
  expect(url).toBe(socketOf(redis));
  expect(await ask(redis, "PING")).toBe("+PONG");
});

test("a server that cannot start leaves nothing behind", async () => {
  const temporary = createProject().root;
  vi.stubEnv("TMPDIR", temporary);
  onTestFinished(() => void vi.unstubAllEnvs());
  const before = readdirSync(temporary);
  const started = startPrivateRedis({ socket: true, args: ["--no-such", "1"] });
  await expect(started).rejects.toThrow("Redis did not start");
  expect(readdirSync(temporary)).toEqual(before);
});

test("answers nothing while it is paused", async () => {
  const redis = await startServer();
  redis.pause();
  const answer = ask(redis.port, "PING");
  expect(await Promise.race([answer, delay(300, "silence")])).toBe("silence");
  redis.resume();
  expect(await answer).toBe("+PONG");
});

test("can be stopped while it is paused", async () => {
  const redis = await startServer();
  redis.pause();
  await redis.stop();
  expect(isAlive(redis.pid())).toBe(false);
});

test("ends, with its folder, when the process that started it is killed", async () => {
  const project = createProject();
  const owner = runNode(
    [
      "--input-type=module",
      "--eval",
      `const { startPrivateRedis } = await import(process.argv[1] + "/scripts/redis/private-redis.ts");
      const { port, dataDir } = await startPrivateRedis();
      console.log(JSON.stringify({ port, dataDir }));
      setInterval(() => {}, 1000);`,
      project.root,
    ],
    { env: process.env },
  );
  await vi.waitUntil(() => owner.stdout().endsWith("\n"), { timeout: 60_000 });
  const { port, dataDir } = JSON.parse(owner.stdout());
  // Another server may have its port soon.
  const askFolder = () =>
    ask(port, "CONFIG GET dir").catch((error) => error.code);
  expect(await askFolder()).toContain(dataDir);
  owner.child.kill("SIGKILL");
  await expect.poll(askFolder, { timeout: 60_000 }).not.toContain(dataDir);
  await expect.poll(() => existsSync(dataDir)).toBe(false);
});

test("is waited for while it loads its data, however long that takes", async () => {
  const binary = findRedisBinary();
  if (!binary) throw new Error("no binary");
  const dataDir = join(createProject().root, "data");
  const first = await startServer({ dataDir, appendonly: true });
  const keys = Array.from({ length: 1_000 }, (_, at) => `key:${at} x`);
  await ask(first.port, `MSET ${keys.join(" ")}`);
  await ask(first.port, "BGREWRITEAOF");
  await expect
    .poll(() => ask(first.port, "INFO persistence"), { timeout: 30_000 })
    .toContain("aof_rewrite_in_progress:0");
  await first.stop();

  const server = await launchServer(binary, {
    args: [
      ...["--dir", dataDir, "--appendonly", "yes", "--port", "0"],
      ...["--unixsocket", join(dataDir, "redis.sock")],
      // In µs for each key: 8 s.
      ...["--key-load-delay", "8000"],
    ],
    startTimeoutMs: 5_000,
  });
  await server.end("SIGTERM");
});

test("is not started twice on one data folder that is kept", async () => {
  const binary = findRedisBinary();
  if (!binary) throw new Error("no binary");
  const dataDir = join(createProject().root, "data");
  const redis = await startKeptRedis(binary, dataDir);
  onTestFinished(() => redis.stop());
  const { PATH = "" } = process.env;
  onTestFinished(() => {
    process.env.PATH = PATH;
  });
  // Slim images have no ps.
  for (const path of [PATH, ""]) {
    process.env.PATH = path;
    await expect(startKeptRedis(binary, dataDir)).rejects.toThrow(
      `already uses ${dataDir}`,
    );
  }
  process.env.PATH = PATH;

  await ask(redis, "SET kept 1");
  await redis.stop();
  const next = await startKeptRedis(binary, dataDir);
  onTestFinished(() => next.stop());
  expect(await ask(next, "GET kept")).toBe("$1\r\n1");
});
