import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import type { Grant } from "@openrouter-free-pool/shared/key-pool/slots/acquisition";
import type { Logger } from "pino";

/** Gives back a grant whose call was certainly not sent. Call it once for each grant. */
export type GiveBack = (grant: Grant) => Promise<void>;

/** Builds {@link GiveBack}. */
export function createGiveBack(deps: {
  keyPool: KeyPool;
  /** Releases the jobs that wait for the result of a call of a model. */
  promoteAwaiting: (model: string) => Promise<void>;
  logger: Logger;
}): GiveBack {
  const { keyPool, promoteAwaiting, logger } = deps;
  return async function giveBack(grant) {
    await keyPool.release(grant);
    if (grant.proof === undefined) return;
    // Its call was to prove the model. They return by themselves, too.
    await promoteAwaiting(grant.model).catch((error: unknown) => {
      logger.warn({ err: error }, "Releasing waiting requests failed");
    });
  };
}
