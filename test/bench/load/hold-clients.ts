import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import { readPoolStatus } from "../../support/clients/pool-status.ts";
import type { Stack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

/** Clients whose requests wait, each on a connection of its own. */
export type HeldClients = {
  /** Connects more of them until so many wait. */
  growTo(count: number): Promise<void>;
  close(): void;
};

const coolingModel = "hot/scarce:free";
const coolingMs = 500_000;
const atOnce = 200;
const timeoutMs = 120_000;

/** The stack's environment must let them wait: see {@link patientEnv}. */
export async function holdClients(
  redis: Redis,
  stack: Stack,
): Promise<HeldClients> {
  const { modelCooldown } = createRedisKeys(stack.prefix);
  await redis.set(modelCooldown(coolingModel), "1", "PX", coolingMs);
  const sockets: Socket[] = [];
  return {
    async growTo(count) {
      while (sockets.length < count) {
        const length = Math.min(atOnce, count - sockets.length);
        const opened = Array.from({ length }, () => ask(stack.url));
        sockets.push(...(await Promise.all(opened)));
      }
      await until(
        `${count} clients wait`,
        async () => (await readPoolStatus(stack.url)).queue.waiting >= count,
        timeoutMs,
      );
    },
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Settings under which clients wait for as long as they are held. */
export const patientEnv = {
  MAX_WAIT_MS: "7200000",
  MAX_QUEUE_SIZE: "1000000",
};

/** As few bytes on this side as can be: it is the gateway's that are measured. */
async function ask(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  socket.on("error", () => undefined);
  socket.on("data", (chunk) => {
    throw new Error(`A client that was to wait got ${chunk.toString()}`);
  });
  const body = JSON.stringify({
    model: coolingModel,
    messages: [{ role: "user", content: "x".repeat(1_024) }],
  });
  socket.write(
    [
      "POST /v1/chat/completions HTTP/1.1",
      `Host: ${hostname}:${port}`,
      "X-Keep-Alive: none",
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "",
      body,
    ].join("\r\n"),
  );
  return socket;
}
