import { loadScript, runScript } from "../../redis/script.ts";
import { knownTtlMs } from "../store/lifetimes.ts";
import type { PoolStore } from "../store/pool-store.ts";

const script = loadScript(
  new URL("./pause-without-credit.lua", import.meta.url),
);
/** An account without credit is tried at least this often. */
const longestPauseMs = 3_600_000;

/**
 * Records that a call was refused because its account has no credit.
 *
 * @param stepMs the pause after the second refusal; later ones are up to an hour.
 * @returns until when no probe may put the account's keys back, ms since the epoch of Redis's clock.
 */
export async function pauseWithoutCredit(
  { redis, redisKeys }: PoolStore,
  account: string,
  stepMs: number,
): Promise<number> {
  const untilAt = await runScript(
    redis,
    script,
    [redisKeys.creditPauses],
    [account, stepMs, Math.max(stepMs, longestPauseMs), knownTtlMs],
  );
  return Number(untilAt);
}
