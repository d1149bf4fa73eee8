import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import type { Fault as UpstreamFault } from "../../../simulator/start-simulator.ts";
import type { Stack } from "../../../support/processes/stack.ts";
import type { PrivateRedis } from "../../../support/redis/redis.ts";

/** Something that goes wrong, until `act` resolves. */
export type Fault = { readonly name: string; act(): Promise<void> };

const upstreamFaultMs = 20_000;
const upstreamPercent = 20;
const absentMs = 3_000;

/**
 * All faults, in their order. The first gateway and the first worker are never ended, so that a leak of theirs
 * has the whole run to grow.
 */
export function planFaults({
  stack,
  redis,
}: {
  stack: Stack;
  redis: PrivateRedis;
}): readonly Fault[] {
  async function replaceWorker(end: "kill" | "stop"): Promise<void> {
    await stack.workers[1]?.[end]();
    stack.workers.splice(1, 1);
    await sleep(absentMs);
    await stack.startWorker();
  }
  async function replaceGateway(end: "kill" | "stop"): Promise<void> {
    // Clients still try it while it ends.
    await stack.gateways[1]?.[end]();
    stack.gateways.splice(1, 1);
    await sleep(absentMs);
    await stack.startGateway();
  }
  async function failUpstream(fault: UpstreamFault): Promise<void> {
    const percent = upstreamPercent;
    await stack.simulator.settings({
      fault: { kind: "percent", percent, fault },
    });
    await sleep(upstreamFaultMs);
    await stack.simulator.settings({ fault: null });
  }
  return [
    { name: "worker killed", act: () => replaceWorker("kill") },
    { name: "gateway restarted", act: () => replaceGateway("stop") },
    { name: "Redis restarted", act: () => redis.restart() },
    { name: "upstream 503", act: () => failUpstream({ kind: "503" }) },
    { name: "connections cut", act: () => cutConnections(redis.url) },
    { name: "worker restarted", act: () => replaceWorker("stop") },
    {
      name: "upstream resets",
      act: () => failUpstream({ kind: "drop-before-headers" }),
    },
    { name: "gateway killed", act: () => replaceGateway("kill") },
    { name: "Redis frozen 5 s", act: () => freeze(redis) },
    {
      name: "upstream slow",
      act: () => failUpstream({ kind: "slow", extraMs: 3_000 }),
    },
    {
      name: "upstream 429",
      act: () => failUpstream({ kind: "429-account-reset-after", seconds: 5 }),
    },
    {
      name: "Redis killed",
      act: async () => {
        await redis.kill();
        await sleep(absentMs);
        await redis.restart();
      },
    },
  ];
}

async function freeze(redis: PrivateRedis): Promise<void> {
  redis.pause();
  await sleep(5_000);
  redis.resume();
}

/** Closes every connection to Redis again and again, for 10 s. */
async function cutConnections(url: string): Promise<void> {
  const redis = new Redis(url);
  for (let round = 0; round < 20; round += 1) {
    for (const type of ["normal", "pubsub"] as const) {
      await redis.call("CLIENT", "KILL", "TYPE", type, "SKIPME", "yes");
    }
    await sleep(500);
  }
  redis.disconnect();
}
