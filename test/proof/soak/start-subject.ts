import {
  operatorOf,
  operatorPassword,
} from "../../support/clients/operator.ts";
import { isErrorLine } from "../../support/processes/app-process.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import {
  type PrivateRedis,
  startPrivateRedis,
} from "../../support/redis/redis.ts";
import { inspectable, isInspectorLine } from "./samples/inspect-app.ts";
import { chatModels } from "./traffic/kinds.ts";

/** What is soaked: two gateways, two workers, one Redis with its file, and three clients. */
export type Subject = {
  readonly redis: PrivateRedis;
  readonly stack: Stack;
  readonly clientKeys: readonly string[];
  stop(): Promise<void>;
};

const perMinute = 20;
/** Slots by the calls that the traffic needs. */
const headroom = 1.6;
/** What is kept for a time is kept so short that as much goes as comes, long before the run ends. */
const retention = {
  ASYNC_TTL_SECONDS: "120",
  IDEMPOTENCY_TTL_SECONDS: "120",
  FILE_TTL_SECONDS: "600",
};

/** Starts it, with accounts for so many requests a second in windows of a real minute. */
export async function startSubject(rate: number): Promise<Subject> {
  const redis = await startPrivateRedis({ appendonly: true });
  const stack = await startStack({
    redisUrl: redis.url,
    accounts: Math.ceil(((rate * 60) / perMinute) * headroom),
    perMinute,
    perDay: 10_000_000,
    gateways: 2,
    workers: 2,
    models: chatModels,
    simulator: { latencyMs: 300, jitterMs: 200, chunks: 8, interChunkMs: 50 },
    env: {
      ADMIN_PASSWORD: operatorPassword,
      UPSTREAM_TIMEOUT_MS: "20000",
      ...inspectable,
      ...retention,
    },
    keepLogLine: ({ msg, ...line }) =>
      msg === "Worker health is served" ||
      Boolean(msg?.endsWith(" is ready")) ||
      isInspectorLine(msg) ||
      isErrorLine(line),
  });
  const operator = operatorOf(stack.url);
  const clientKeys = [];
  for (const weight of [1, 2, 5]) {
    const client = await operator.create(`client-${weight}`, { weight });
    clientKeys.push(client.key);
  }
  return {
    redis,
    stack,
    clientKeys,
    async stop() {
      await stack.stop();
      await redis.stop();
    },
  };
}
