import type { Redis } from "ioredis";
import { residentKiB } from "../../support/processes/memory.ts";
import { holdClients, patientEnv } from "../load/hold-clients.ts";
import { startUnlimitedStack } from "../load/start-unlimited-stack.ts";
import { measureRequest, type RequestCost, warmUp } from "./measure-request.ts";

const sizes = [100, 1_000, 10_000];
const connections = 32;

/** A request while so many clients are connected whose own requests wait. */
export type ClientsCost = RequestCost & {
  readonly clients: number;
  /** Memory of the gateway's process. */
  readonly gatewayKiB: number;
};

/** Measures requests beside a growing number of clients that wait. */
export async function measureClients(
  redisUrl: string,
  redis: Redis,
): Promise<ClientsCost[]> {
  const stack = await startUnlimitedStack(redisUrl, { env: patientEnv });
  const held = await holdClients(redis, stack);
  const costs: ClientsCost[] = [];
  try {
    await warmUp(stack);
    for (const clients of sizes) {
      try {
        await held.growTo(clients);
      } catch (error) {
        // Each takes a file descriptor here and one in the gateway.
        console.error(`No more than that: ${String(error)}`);
        break;
      }
      const cost = await measureRequest(redis, stack, { connections });
      const gatewayKiB = residentKiB(stack.gateways[0]?.pid ?? 0);
      costs.push({ clients, gatewayKiB, ...cost });
    }
  } finally {
    held.close();
    await stack.stop();
  }
  return costs;
}
