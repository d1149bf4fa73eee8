import { randomBytes } from "node:crypto";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import {
  loadScript,
  runScript,
} from "@openrouter-free-pool/shared/redis/script";
import { repeat } from "@openrouter-free-pool/shared/timers/repeat";
import type { Redis } from "ioredis";
import type { Logger } from "pino";

const renewLease = loadScript(new URL("./renew-lease.lua", import.meta.url));
const releaseLease = loadScript(
  new URL("./release-lease.lua", import.meta.url),
);

/** Another gateway takes over when the leader has not renewed its lease for this long. */
const leaseTtlMs = 8_000;
const renewEveryMs = 2_000;
/** Without a leader for this long, workers drop a batch's jobs. */
const aliveTtlMs = 60_000;

/** The right to execute a batch. */
export type Lease = {
  readonly id: string;
  /** Aborts when another gateway has the lease. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
};

/** Tries to become the leader of a batch. @returns undefined when another gateway is. */
export async function takeLease(
  deps: { redis: Redis; redisKeys: RedisKeys; logger: Logger },
  batchId: string,
): Promise<Lease | undefined> {
  const { redis, redisKeys, logger } = deps;
  const id = randomBytes(8).toString("hex");
  const leaseKey = redisKeys.batchLease(batchId);
  const lost = new AbortController();

  async function renew(): Promise<boolean> {
    const isOurs = await runScript(
      redis,
      renewLease,
      [leaseKey, redisKeys.gatewayAlive(batchId)],
      [id, leaseTtlMs, aliveTtlMs],
    );
    if (isOurs !== 1) lost.abort();
    return isOurs === 1;
  }

  if (!(await renew())) return undefined;
  const renewing = repeat(async () => void (await renew()), {
    intervalMs: renewEveryMs,
    name: "Renewing the lease on a batch",
    logger,
  });
  return {
    id,
    lost: lost.signal,
    async release() {
      await renewing.stop();
      await runScript(redis, releaseLease, [leaseKey], [id]);
    },
  };
}
