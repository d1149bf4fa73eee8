import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { Redis } from "ioredis";
import { testModel } from "../../support/clients/chat.ts";
import {
  type FaultyLine,
  startFaultyLine,
} from "../../support/network/faulty-line.ts";
import { startStack } from "../../support/processes/stack.ts";
import { startPrivateRedis } from "../../support/redis/redis.ts";
import { until } from "../../support/until.ts";
import type { Fault, LineName, RedisSite, Scene } from "./fault.ts";
import { type Figures, judge } from "./judge.ts";
import {
  accounts,
  guardMs,
  optimumMs,
  perMinute,
  sendLoad,
  windowMs,
} from "./load.ts";

/** The fault strikes when so many are answered: the first window is spent, and the second one near. */
const strikeAt = 40;

async function openServer(): Promise<RedisSite> {
  const redis = await startPrivateRedis({ appendonly: true });
  return { redis, stop: () => redis.stop() };
}

/** A busy machine starts so many processes too slowly at times; that says nothing of the fault. */
const mostStarts = 3;

/**
 * Runs one fault under load, in a scene of its own.
 *
 * @returns undefined where this machine cannot have the fault.
 */
export async function runFault(fault: Fault): Promise<Figures | undefined> {
  for (let start = 1; ; start += 1) {
    const closing: (() => Promise<unknown>)[] = [];
    let hasStarted = false;
    try {
      const site = await (fault.openSite ?? openServer)();
      if (!site) return undefined;
      closing.push(() => site.stop());
      const scene = await openScene(fault, site, closing);
      hasStarted = true;
      return await strikeUnderLoad(fault, scene);
    } catch (error) {
      if (hasStarted || start === mostStarts) throw error;
    } finally {
      for (const close of closing.reverse()) await close();
    }
  }
}

async function openScene(
  fault: Fault,
  { redis, env = {} }: RedisSite,
  closing: (() => Promise<unknown>)[],
): Promise<Scene> {
  const lines = new Map<LineName, FaultyLine>();
  /** The port at which a server is to be asked: its own, or that of a line to it. */
  async function portFor(name: LineName, port: number): Promise<number> {
    if (!fault.lines?.includes(name)) return port;
    const line = await startFaultyLine(port);
    closing.push(() => line.stop());
    lines.set(name, line);
    return line.port;
  }
  const stack = await startStack({
    redisUrl: `redis://127.0.0.1:${await portFor("redis", redis.port)}`,
    accounts,
    perMinute,
    windowMs,
    guardMs,
    perDay: 10_000,
    gateways: 2,
    workers: 0,
    ...fault.stack,
    simulator: { latencyMs: 200, jitterMs: 100, ...fault.stack?.simulator },
    env: { ...env, ...fault.stack?.env },
  });
  closing.push(() => stack.stop());
  const upstream = new URL(stack.simulator.url);
  upstream.port = String(await portFor("upstream", Number(upstream.port)));
  const own = { OPENROUTER_BASE_URL: upstream.href };
  const [first, second] = fault.workers ?? [{}, {}];
  const far = fault.lines?.includes("first-worker")
    ? {
        REDIS_URL: `redis://127.0.0.1:${await portFor("first-worker", redis.port)}`,
      }
    : {};
  await stack.startWorker({ ...own, ...far, ...first });
  await stack.startWorker({ ...own, ...second });
  await proveModel(redis.url, stack.prefix);
  return {
    redis,
    stack,
    line(name) {
      const line = lines.get(name);
      if (!line) throw new Error(`${fault.name} has no line ${name}`);
      return line;
    },
  };
}

/** With Sentinels the stack has not done it. */
async function proveModel(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url);
  const { modelProof } = createRedisKeys(prefix);
  await redis.set(modelProof(testModel), "proven", "PX", 3_600_000);
  redis.disconnect();
}

async function strikeUnderLoad(fault: Fault, scene: Scene): Promise<Figures> {
  const { simulator, gateways } = scene.stack;
  const urls = gateways.map(({ url }) => url);
  const startedAt = performance.now();
  const asked = sendLoad(urls);
  await until(
    "the first window is being spent",
    async () => {
      const { byStatus } = await simulator.summary();
      return (byStatus[200] ?? 0) >= strikeAt;
    },
    60_000,
  );
  await fault.strike(scene);
  const outcomes = await asked;
  const tookMs = Math.max(...outcomes.map(({ doneAt }) => doneAt)) - startedAt;
  return judge(fault, {
    outcomes,
    calls: await simulator.calls(),
    lateMs: Math.max(0, tookMs - optimumMs),
  });
}
