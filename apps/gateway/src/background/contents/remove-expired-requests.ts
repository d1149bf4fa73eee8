import type { Logger } from "pino";
import type { BackgroundStore } from "../records/background-store.ts";
import type { BackgroundContents } from "./background-contents.ts";

/**
 * Builds what removes background requests that have expired, those that nobody led until
 * then among them. Several gateways may do so at a time.
 */
export function createRemoveExpiredRequests(deps: {
  store: BackgroundStore;
  contents: BackgroundContents;
  logger: Logger;
}): () => Promise<void> {
  const { store, contents, logger } = deps;

  /** @returns whether it is gone. One that cannot be removed must not hold up the others. */
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
