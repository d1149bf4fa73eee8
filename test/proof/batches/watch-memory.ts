import { Redis } from "ioredis";
import { residentMiB } from "../../support/processes/memory.ts";
import type { Gateway } from "../../support/processes/stack.ts";

const pollMs = 250;

/** Peaks, in MiB. */
export type PeakMemory = { readonly redis: number; readonly gateway: number };

/** Watches how much memory Redis and the gateways use. */
export function watchMemory(redisUrl: string, gateways: () => Gateway[]) {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
  redis.on("error", () => {});
  const peak = { redis: 0, gateway: 0 };
  const timer = setInterval(() => {
    redis.info("memory").then(
      (info) => {
        const bytes = Number(/used_memory:(\d+)/.exec(info)?.[1] ?? 0);
        peak.redis = Math.max(peak.redis, bytes / 1024 ** 2);
      },
      () => {},
    );
    for (const { pid } of gateways()) {
      peak.gateway = Math.max(peak.gateway, readResident(pid));
    }
  }, pollMs);
  return {
    async stop(): Promise<PeakMemory> {
      clearInterval(timer);
      redis.disconnect();
      return peak;
    },
  };
}

function readResident(pid: number): number {
  try {
    return residentMiB(pid);
  } catch {
    // It has just been killed.
    return 0;
  }
}
