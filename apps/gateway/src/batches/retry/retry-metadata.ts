import { mostPairs } from "../creation/create-batch.ts";
import type { BatchRecord } from "../records/batch-record.ts";

/**
 * The metadata of a batch that tries failed lines again: that of the old batch, and its id as
 * `retry_of`. The client's own pairs matter more: where they are as many as there may be,
 * `retry_of` is left out.
 */
export function retryMetadata({
  id,
  metadata,
}: Pick<BatchRecord, "id" | "metadata">): Record<string, string> {
  const marked = { ...metadata, retry_of: id };
  return Object.keys(marked).length <= mostPairs ? marked : { ...metadata };
}
