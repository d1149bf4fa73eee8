import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { scrape } from "../../support/metrics.ts";
import { residentKiB } from "../../support/processes/memory.ts";
import type { Stack } from "../../support/processes/stack.ts";
import { holdClients, patientEnv } from "../load/hold-clients.ts";
import { startUnlimitedStack } from "../load/start-unlimited-stack.ts";

/** What a gateway needs anyway once it has served many is not a client's: until then V8 enlarges its young generation. */
const before = 2_500;
const clients = 5_000;
/** Garbage of the arrival is collected in the meantime. */
const settleMs = 3_000;

/** Memory of one client that waits, with a body of 1 KiB, in KiB. */
export type MemoryResult = {
  readonly clients: number;
  /** What the gateway's process grew by. */
  readonly gatewayKiB: number;
  /** Of that, what lives in JavaScript's heap. */
  readonly heapKiB: number;
  readonly redisKiB: number;
};

type Memory = Omit<MemoryResult, "clients">;

/** Measures on a stack of its own. */
export async function measureMemory(
  redisUrl: string,
  redis: Redis,
): Promise<MemoryResult> {
  const stack = await startUnlimitedStack(redisUrl, { env: patientEnv });
  const held = await holdClients(redis, stack);
  try {
    await held.growTo(before);
    const first = await readMemory(redis, stack);
    await held.growTo(before + clients);
    const last = await readMemory(redis, stack);
    const ofOne = (name: keyof Memory) => (last[name] - first[name]) / clients;
    return {
      clients,
      gatewayKiB: ofOne("gatewayKiB"),
      heapKiB: ofOne("heapKiB"),
      redisKiB: ofOne("redisKiB"),
    };
  } finally {
    held.close();
    await stack.stop();
  }
}

async function readMemory(redis: Redis, stack: Stack): Promise<Memory> {
  await sleep(settleMs);
  const metrics = await scrape(stack.url);
  const info = await redis.info("memory");
  return {
    gatewayKiB: residentKiB(stack.gateways[0]?.pid ?? 0),
    heapKiB: (metrics.value("nodejs_heap_size_used_bytes") ?? 0) / 1_024,
    redisKiB: Number(/used_memory:(\d+)/.exec(info)?.[1] ?? 0) / 1_024,
  };
}
