import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { Redis } from "ioredis";
import {
  type Simulator,
  type SimulatorSettings,
  startSimulator,
} from "../../simulator/start-simulator.ts";
import { testModel } from "../clients/chat.ts";
import { type AppProcess, type LogFilter, startApp } from "./app-process.ts";

/** A gateway process and where it answers. */
export type Gateway = AppProcess & { readonly url: string };

/** The real thing on one machine: simulator, gateways and workers, each its own process. */
export type Stack = {
  readonly simulator: Simulator;
  readonly gateways: Gateway[];
  readonly workers: AppProcess[];
  /** Address of the first gateway. */
  readonly url: string;
  /** First part of every Redis key. */
  readonly prefix: string;
  /** Environment of every app, to start more of them. */
  readonly env: Record<string, string>;
  startGateway(env?: Record<string, string>): Promise<Gateway>;
  startWorker(env?: Record<string, string>): Promise<AppProcess>;
  /** Ends everything that was started. */
  stop(): Promise<void>;
};

export type StackOptions = {
  redisUrl: string;
  /** First part of every Redis key; one that nobody else has, when left out. */
  prefix?: string;
  /** One account each, one key each, unless `keys` says otherwise. */
  accounts?: number;
  /** As OPENROUTER_API_KEYS takes them. */
  keys?: string[];
  perMinute?: number;
  perDay?: number;
  windowMs?: number;
  dayMs?: number;
  guardMs?: number;
  simulator?: SimulatorSettings;
  /** Models that the simulator lists in addition to its own and those that many tests use. */
  models?: readonly string[];
  gateways?: number;
  workers?: number;
  env?: Record<string, string>;
  /** Which log lines of the apps are kept in memory; all when absent. */
  keepLogLine?: LogFilter;
};

/** Models that many tests use, and that the simulator's own list does not have. */
const commonModels = [
  ...["a", "b", "c", "d", "m"].map((name) => `m/${name}:free`),
  ...["faulty", "hot", "refused", "unfit"].map((name) => `test/${name}:free`),
  ...["another", "bad", "busy", "other", "streamed"].map(
    (name) => `${name}/model:free`,
  ),
  ...["endless", "flaky"].map((name) => `acme/${name}:free`),
  ...["a/b:free", "hot/scarce:free"],
];

/** An API key of the simulator's `index`-th account. */
export function testKey(index: number): string {
  return `sk-or-v1-${String(index).padStart(4, "0")}${"k".repeat(56)}${String(index).padStart(4, "0")}`;
}

/** Starts a stack with keys and Redis keys of its own. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { accounts = 3, perMinute = 20, perDay = 200 } = options;
  const { windowMs = 60_000, dayMs = 86_400_000 } = options;
  // More than anybody needs: the machine may be busy with other things.
  const { guardMs = Math.min(windowMs / 10, 600) } = options;
  const keys =
    options.keys ?? Array.from({ length: accounts }, (_, i) => testKey(i));
  const simulator = await startSimulator({
    accounts: describeAccounts(keys, { perMinute, perDay }),
    windowMs,
    dayMs,
    ...options.simulator,
    models: {
      ...Object.fromEntries(
        [...commonModels, ...(options.models ?? [])].map((id) => [id, {}]),
      ),
      ...options.simulator?.models,
    },
  });
  const { prefix = `test-${randomUUID()}` } = options;
  const filesPath = await mkdtemp(
    join(tmpdir(), "openrouter-free-pool-files-"),
  );
  const env = {
    REDIS_URL: options.redisUrl,
    REDIS_PREFIX: prefix,
    OPENROUTER_BASE_URL: simulator.url,
    OPENROUTER_API_KEYS: keys.join(","),
    RATE_LIMIT_PER_MINUTE: String(perMinute),
    RATE_LIMIT_PER_DAY: String(perDay),
    RATE_LIMIT_WINDOW_MS: String(windowMs),
    RATE_LIMIT_DAY_MS: String(dayMs),
    RATE_LIMIT_GUARD_MS: String(Math.round(guardMs)),
    FILES_PATH: filesPath,
    PORT: "0",
    WORKER_PORT: "0",
    ...options.env,
  };
  await proveUsualModel(options.redisUrl, prefix);
  const gateways: Gateway[] = [];
  const workers: AppProcess[] = [];

  async function startGateway(extra = {}): Promise<Gateway> {
    const { OPENROUTER_API_KEYS: _, ...withoutKeys } = env;
    const app = await startApp(
      "gateway",
      { ...withoutKeys, ...extra },
      options.keepLogLine,
    );
    const url = `http://${String(app.ready.host)}:${String(app.ready.port)}`;
    const gateway = { ...app, url };
    gateways.push(gateway);
    return gateway;
  }
  async function startWorker(extra = {}): Promise<AppProcess> {
    const worker = await startApp(
      "worker",
      { ...env, ...extra },
      options.keepLogLine,
    );
    workers.push(worker);
    return worker;
  }
  async function stop(): Promise<void> {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await Promise.all(workers.map((worker) => worker.stop()));
    await simulator.stop();
    await rm(filesPath, { recursive: true, force: true });
  }

  try {
    const { gateways: gatewayCount = 1, workers: workerCount = 1 } = options;
    await Promise.all([
      ...Array.from({ length: workerCount }, () => startWorker()),
      ...Array.from({ length: gatewayCount }, () => startGateway()),
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  const url = gateways[0]?.url ?? "";
  return {
    simulator,
    gateways,
    workers,
    url,
    prefix,
    env,
    startGateway,
    startWorker,
    stop,
  };
}

/**
 * Makes the pool one that has called the tests' usual model before. Else one call of it would go
 * out first, and all others after its answer.
 */
async function proveUsualModel(redisUrl: string, prefix: string) {
  const redis = new Redis(redisUrl, {
    lazyConnect: true,
    retryStrategy: () => null,
  });
  // There may be no Redis yet.
  redis.on("error", () => undefined);
  try {
    await redis.connect();
    const { modelProof } = createRedisKeys(prefix);
    await redis.set(modelProof(testModel), "proven", "PX", 3_600_000);
  } catch {
    return;
  } finally {
    redis.disconnect();
  }
}

/** The simulator's accounts for a list of keys; keys of one name belong together. */
function describeAccounts(
  keys: readonly string[],
  limits: { perMinute: number; perDay: number },
): NonNullable<SimulatorSettings["accounts"]> {
  const accounts: Record<string, { keys: string[] }> = {};
  for (const [index, entry] of keys.entries()) {
    const equals = entry.indexOf("=");
    const name = equals < 0 ? `account-${index}` : entry.slice(0, equals);
    accounts[name] ??= { keys: [] };
    accounts[name].keys.push(entry.slice(equals + 1));
  }
  return Object.fromEntries(
    Object.entries(accounts).map(([name, { keys: own }]) => [
      name,
      { keys: own, userId: `user_${name}`, ...limits },
    ]),
  );
}
