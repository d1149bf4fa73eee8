import { mostPairs } from "../creation/create-batch.ts";
import type { BatchRecord } from "../records/batch-record.ts";

/**
 * The metadata of a batch that retries failed lines: that of the old batch, and its id as
 * `retry_of`. The client's own pairs take precedence: where they are the maximum number already,
 * `retry_of` is left out.
 */
export function retryMetadata({
  id,
  metadata,
}: Pick<BatchRecord, "id" | "metadata">): Record<string, string> {
  const marked = { ...metadata, retry_of: id };
  return Object.keys(marked).length <= mostPairs ? marked : { ...metadata };
}
