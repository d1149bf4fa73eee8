import { randomUUID } from "node:crypto";
import { keysToWakeForClient } from "../../budgets/wake-for-client.ts";
import { loadScript, runScript } from "../../redis/script.ts";
import { forgetProof } from "../models/model-proof.ts";
import type { PoolStore } from "../store/pool-store.ts";
import type { Grant } from "./acquisition.ts";

const script = loadScript(new URL("./release-slot.lua", import.meta.url));

/** A connection that breaks repeats its commands within this time. */
const releasedTtlMs = 3_600_000;

/** Gives a slot back exactly, as if it had not been granted. Call it once for each grant. */
export async function releaseSlot(
  { redis, redisKeys }: PoolStore,
  { key, receipt, clientReceipt, model, proof }: Grant,
): Promise<void> {
  // Another call may prove the model.
  if (proof !== undefined)
    await forgetProof({ redis, redisKeys }, model, proof);
  if (!receipt && clientReceipt === "") return;
  await runScript(
    redis,
    script,
    [
      redisKeys.movedKeys,
      redisKeys.pools,
      redisKeys.releasedSlot(randomUUID()),
      ...keysToWakeForClient(redisKeys),
    ],
    [
      redisKeys.accountPrefix,
      redisKeys.poolPrefix,
      key.account,
      key.id,
      receipt?.entry ?? "",
      receipt?.day ?? "",
      receipt?.grantedAt ?? "",
      receipt?.lastUsedAt ?? "",
      releasedTtlMs,
      redisKeys.clientPrefix,
      clientReceipt,
    ],
  );
}
