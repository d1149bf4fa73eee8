import type { BackgroundStore } from "../records/background-store.ts";
import type { BackgroundContents } from "./background-contents.ts";

/**
 * Builds what removes background requests that have expired, those that nobody led until
 * then among them. Several gateways may do so at a time.
 */
export function createRemoveExpiredRequests(deps: {
  store: BackgroundStore;
  contents: BackgroundContents;
}): () => Promise<void> {
  const { store, contents } = deps;
  return async () => {
    for (const id of await store.findExpired()) {
      const record = await store.find(id);
      if (record?.status === "open") {
        await store.end(record.order, { status: "deleted" });
      }
      await contents.remove(id);
      await store.remove(id);
    }
  };
}
