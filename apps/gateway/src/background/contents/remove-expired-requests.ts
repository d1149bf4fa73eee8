import type { Logger } from "pino";
import type { BackgroundStore } from "../records/background-store.ts";
import type { BackgroundContents } from "./background-contents.ts";

/**
 * Builds what removes expired background requests, also those without a leader. Several gateways
 * may do so at a time.
 */
export function createRemoveExpiredRequests(deps: {
  store: BackgroundStore;
  contents: BackgroundContents;
  logger: Logger;
}): () => Promise<void> {
  const { store, contents, logger } = deps;

  /** @returns whether it is removed. A failure must not hold up the others. */
  async function remove(id: string): Promise<boolean> {
    try {
      const record = await store.find(id);
      if (record?.status === "open") {
        await store.end(record.order, { status: "deleted" });
      }
      await contents.remove(id);
      await store.remove(id);
      return true;
    } catch (error) {
      logger.warn({ id, err: error }, "An expired request is not removed yet");
      return false;
    }
  }

  return async () => {
    for (;;) {
      const ids = await store.findExpired();
      let removed = 0;
      for (const id of ids) if (await remove(id)) removed += 1;
      if (removed === 0) return;
    }
  };
}
