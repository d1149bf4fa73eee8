import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { runClosedLoop } from "../../bench/load/closed-loop.ts";
import { measureCpu, microsOfOne } from "../../bench/measure/measure-cpu.ts";
import { send } from "../../support/clients/send.ts";
import { residentMiB } from "../../support/processes/memory.ts";
import { startStack, testKey } from "../../support/processes/stack.ts";

const loadMs = 4_000;
const warmUpMs = 4_000;
const connections = 50;
const reads = 4;
/** A gateway answers from what it has read within the last second. */
const pauseMs = 1_100;

/** Measures what reading the state of so many accounts costs, and what a request costs there. CPU only: it does not depend on what else runs. */
export async function measureAccounts(
  url: string,
  redis: Redis,
  accounts: number,
) {
  const before = await usedBytes(redis);
  // The environment of a process cannot hold so many keys.
  const folder = await mkdtemp(join(tmpdir(), "openrouter-free-pool-keys-"));
  const file = join(folder, "keys");
  const keys = Array.from({ length: accounts }, (_, n) => testKey(n));
  await writeFile(file, keys.join("\n"));
  const stack = await startStack({
    redisUrl: url,
    accounts,
    perMinute: 10_000,
    perDay: 9_000_000,
    env: {
      WORKER_CONCURRENCY: "256",
      OPENROUTER_API_KEYS: "",
      OPENROUTER_API_KEYS_FILE: file,
    },
  });
  try {
    const target = { url: `${stack.url}/v1`, connections };
    await runClosedLoop(target, warmUpMs);
    const loaded = await measureCpu(redis, stack, () =>
      runClosedLoop(target, loadMs),
    );
    const request = microsOfOne(loaded.cpuMs, loaded.result.tookMs.length);
    let bytes = 0;
    const read = await measureCpu(redis, stack, async () => {
      for (let n = 0; n < reads; n += 1) {
        const { text } = await send(`${stack.url}/api/v1/keys/status`);
        bytes = text.length;
        await sleep(pauseMs);
      }
    });
    const status = microsOfOne(read.cpuMs, reads);
    const redisKiB = ((await usedBytes(redis)) - before) / 1_024;
    return {
      accounts,
      "a request, µs: gateway": request.gateway?.toFixed(0),
      worker: request.worker?.toFixed(0),
      Redis: request.redis?.toFixed(0),
      "a reading of all accounts, ms: gateway": inMs(status.gateway),
      "Redis ": inMs(status.redis),
      "status, KiB": (bytes / 1_024).toFixed(0),
      "gateway, MiB": residentMiB(stack.gateways[0]?.pid ?? 0),
      "worker, MiB": residentMiB(stack.workers[0]?.pid ?? 0),
      "Redis, KiB": redisKiB.toFixed(0),
    };
  } finally {
    await stack.stop();
    await rm(folder, { recursive: true });
  }
}

function inMs(micros: number | undefined): string {
  return ((micros ?? Number.NaN) / 1_000).toFixed(1);
}

async function usedBytes(redis: Redis): Promise<number> {
  const info = await redis.info("memory");
  return Number(/^used_memory:(\d+)/m.exec(info)?.[1]);
}
