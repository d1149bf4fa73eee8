import { hasEnded } from "@openrouter-free-pool/shared/api/batch-object";
import type { BatchRecord } from "../../batches/records/batch-record.ts";
import type { BatchStore } from "../../batches/records/batch-store.ts";

/** A part of the page's list. */
type BatchList = {
  readonly batches: readonly BatchRecord[];
  /** The batch after which the next part begins; undefined: there is none. */
  readonly next: string | undefined;
};

/**
 * Lists the batches that have not ended, then those that have; the newest of each first.
 *
 * @param after the last batch of the part before; undefined: from the first one on.
 * @throws {GatewayError} `invalid-request` when that batch is gone.
 */
export async function listBatches(
  store: Pick<BatchStore, "list" | "readOpenPage" | "isOpen">,
  after: string | undefined,
  limit: number,
): Promise<BatchList> {
  const isAmongOpen = after === undefined || (await store.isOpen(after));
  const open = isAmongOpen
    ? await store.readOpenPage({ limit, after, order: "desc" })
    : { items: [], hasMore: false };
  const shown = new Set(open.items.map(({ id }) => id));
  const ended = await store.list(
    {
      limit: limit - shown.size,
      after: isAmongOpen ? undefined : after,
      order: "desc",
    },
    undefined,
    (batch) => hasEnded(batch) && !shown.has(batch.id),
  );
  const batches = [...open.items, ...ended.items];
  const hasMore = open.hasMore || ended.hasMore;
  return { batches, next: hasMore ? batches.at(-1)?.id : undefined };
}
