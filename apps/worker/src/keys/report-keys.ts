import { describeKeyCheck } from "@openrouter-free-pool/shared/key-pool/keys/describe-key-check";
import {
  findProbeFailure,
  readProbeResults,
} from "@openrouter-free-pool/shared/key-pool/keys/probe-results";
import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import { readRetirements } from "@openrouter-free-pool/shared/key-pool/pool/read-pool";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import type { Logger } from "pino";

/**
 * Builds the report of which keys work: one line in the log, and a message to the parent process.
 * The keys may have been probed by other workers.
 */
export function createReportKeys(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  keyPool: KeyPool;
  logger: Logger;
}): () => Promise<void> {
  const { redis, redisKeys, keyPool, logger } = deps;
  return async function reportKeys() {
    const [probes, retirements] = await Promise.all([
      readProbeResults(redis, redisKeys),
      readRetirements(redis, redisKeys),
    ]);
    const keys = keyPool.keys.map(({ id, mask }) => {
      return { id, mask, retired: retirements.get(id) };
    });
    const ids = keys.map(({ id }) => id);
    const failure = findProbeFailure(probes, ids);
    const report =
      failure === undefined
        ? describeKeyCheck(keys, probes, { showsMasks: true })
        : `OpenRouter cannot be reached: ${failure}`;
    const works = ids.some(
      (id) => probes.get(id)?.status === 200 && !retirements.has(id),
    );
    logger[works ? "info" : "error"](report);
    if (process.connected) process.send?.({ keysReport: report });
  };
}
