import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../../scripts/project-root.ts";
import { findFreePort } from "../../../scripts/redis/free-port.ts";
import { installRedis } from "../../../scripts/redis/install-redis.ts";
import { startPrivateRedis } from "../../../scripts/redis/private-redis.ts";
import { findRedisBinary } from "../../../scripts/redis/redis-binary.ts";
import { testKey } from "../../support/processes/stack.ts";
import { startService } from "./start-service.ts";
import type { Upstream } from "./start-upstream.ts";

/** A gateway that is measured, with all processes that it needs. */
export type Peer = {
  readonly name: "ours" | "portkey";
  /** `/chat/completions` is added. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly pids: Readonly<Record<string, number>>;
  stop(): Promise<void>;
};

/** Both gateways, until they are disposed of. */
export type Peers = AsyncDisposable & {
  readonly ours: Peer;
  readonly portkey: Peer;
};

/** Whether Redis listens on a port instead of a socket. */
type RedisPlace = { readonly redisOnPort: boolean };

/** Spread as in a real pool, and more calls than any machine makes. */
const accounts = 50;
const perMinute = 1_000_000;
const perDay = 9_000_000;

/** @param portkeyEntry the file that Portkey's package starts. */
export async function startPeers(
  portkeyEntry: string,
  upstream: Upstream,
  options: RedisPlace,
): Promise<Peers> {
  await using starting = new AsyncDisposableStack();
  const ours = await startOurs(upstream, options);
  starting.defer(() => ours.stop());
  const portkey = await startPortkey(portkeyEntry, upstream);
  starting.defer(() => portkey.stop());
  const started = starting.move();
  return {
    ours,
    portkey,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** Starts one gateway, one worker and one Redis that keeps everything in its append-only file: as `npm start` does, or on a port. */
async function startOurs(
  upstream: Upstream,
  { redisOnPort }: RedisPlace,
): Promise<Peer> {
  const folder = await mkdtemp(join(tmpdir(), "openrouter-free-pool-peers-"));
  const binary = findRedisBinary() ?? (await installRedis());
  const redis = await startPrivateRedis({
    binary,
    appendonly: true,
    socket: !redisOnPort,
  });
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const keys = Array.from({ length: accounts }, (_, i) => testKey(i));
  const env = {
    REDIS_URL: redis.url,
    OPENROUTER_BASE_URL: upstream.url,
    RATE_LIMIT_PER_MINUTE: String(perMinute),
    RATE_LIMIT_PER_DAY: String(perDay),
    FILES_PATH: folder,
  };
  const main = (app: string) => join(projectRoot, "apps", app, "src/main.ts");
  const worker = await startService({
    file: main("worker"),
    env: {
      ...env,
      OPENROUTER_API_KEYS: keys.join(","),
      WORKER_CONCURRENCY: "256",
      WORKER_PORT: "0",
    },
    cwd: folder,
    output: join(folder, "worker.log"),
  });
  const gateway = await startService({
    file: main("gateway"),
    env: { ...env, PORT: String(port) },
    cwd: folder,
    output: join(folder, "gateway.log"),
    readyUrl: `${url}/ready`,
  });
  return {
    name: "ours",
    url: `${url}/v1`,
    headers: {},
    pids: { gateway: gateway.pid, worker: worker.pid, redis: redis.pid() },
    async stop() {
      await gateway.stop();
      await worker.stop();
      await redis.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Starts Portkey's gateway as its package does, without its page of logs. */
async function startPortkey(entry: string, upstream: Upstream): Promise<Peer> {
  const folder = await mkdtemp(join(tmpdir(), "openrouter-free-pool-peers-"));
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const { pid, stop } = await startService({
    file: entry,
    args: [`--port=${port}`, "--headless"],
    env: {},
    cwd: folder,
    output: join(folder, "portkey.log"),
    readyUrl: `${url}/`,
  });
  return {
    name: "portkey",
    url: `${url}/v1`,
    headers: {
      authorization: `Bearer ${testKey(0)}`,
      "x-portkey-provider": "openai",
      "x-portkey-custom-host": upstream.url,
    },
    pids: { portkey: pid },
    async stop() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
