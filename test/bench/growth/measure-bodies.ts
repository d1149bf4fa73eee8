import type { Redis } from "ioredis";
import { chatBody } from "../load/closed-loop.ts";
import { startUnlimitedStack } from "../load/start-unlimited-stack.ts";
import { measureRequest, type RequestCost, warmUp } from "./measure-request.ts";

const sizesKiB = [1, 10, 100, 1_024];
const connections = 10;

/** A request with a body of so many KiB. */
export type BodyCost = RequestCost & { readonly bodyKiB: number };

/** Measures requests of growing bodies. */
export async function measureBodies(
  redisUrl: string,
  redis: Redis,
): Promise<BodyCost[]> {
  const stack = await startUnlimitedStack(redisUrl);
  const costs: BodyCost[] = [];
  try {
    await warmUp(stack);
    for (const bodyKiB of sizesKiB) {
      const body = chatBody("x".repeat(bodyKiB * 1_024));
      const cost = await measureRequest(redis, stack, { connections, body });
      costs.push({ bodyKiB, ...cost });
    }
  } finally {
    await stack.stop();
  }
  return costs;
}
