import { randomUUID } from "node:crypto";
import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import { parseApiKeys } from "@openrouter-free-pool/shared/key-pool/keys/api-key";
import { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import type { Acquisition } from "@openrouter-free-pool/shared/key-pool/slots/acquisition";
import { announceGateway } from "@openrouter-free-pool/shared/presence/gateways";
import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { Redis } from "ioredis";
import { testKey } from "../processes/stack.ts";

/** Limits that let tests be short. */
export const shortLimits: RateLimits = {
  perMinute: 3,
  perDay: 1_000_000,
  windowMs: 300,
  dayMs: 86_400_000,
  guardMs: 10,
};

/** A pool of keys that several workers hold, each over a connection of its own. */
export type PoolFixture = {
  readonly prefix: string;
  readonly redisKeys: ReturnType<typeof createRedisKeys>;
  /** The first connection. */
  readonly redis: Redis;
  readonly pools: readonly KeyPool[];
  /** @param refusing accounts that are passed over. */
  acquire(pool?: KeyPool, refusing?: ReadonlySet<string>): Promise<Acquisition>;
  close(): void;
};

/** Opens a pool with Redis keys of its own. */
export async function openPools(
  redisUrl: string,
  options: {
    limits?: Partial<RateLimits>;
    /** As OPENROUTER_API_KEYS takes them; one account when absent. */
    keys?: readonly string[];
    connections?: number;
    prefix?: string;
  } = {},
): Promise<PoolFixture> {
  const prefix = options.prefix ?? `test-${randomUUID()}`;
  const redisKeys = createRedisKeys(prefix);
  const keys = parseApiKeys(options.keys ?? [testKey(0)]);
  const limits = { ...shortLimits, ...options.limits };
  const connections = Array.from(
    { length: options.connections ?? 1 },
    () => new Redis(redisUrl),
  );
  const pools = connections.map(
    (redis) => new KeyPool({ redis, redisKeys, limits, keys }),
  );
  const [redis] = connections;
  const [first] = pools;
  if (!redis || !first) throw new Error("At least one connection");
  await announceGateway(redis, redisKeys, "gateway", false);
  // It lives as long as the test, however slow the machine is.
  await redis.expire(redisKeys.gatewayAlive("gateway"), 3_600);
  await first.register();
  return {
    prefix,
    redisKeys,
    redis,
    pools,
    acquire: (pool = first, refusing = new Set()) =>
      pool.acquire({
        jobId: randomUUID(),
        gatewayId: "gateway",
        models: ["test/model:free"],
        refusing,
      }),
    close: () => {
      for (const connection of connections) connection.disconnect();
    },
  };
}
