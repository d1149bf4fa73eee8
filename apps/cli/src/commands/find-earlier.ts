import { hasEnded } from "@openrouter-free-pool/shared/api/batch-object";
import type { GatewayClient } from "../gateway/gateway-client.ts";
import type { Batch } from "../gateway/objects.ts";

/** In s. No window is longer: older batches have ended, and nobody waits for their results. */
const longestWindow = 21 * 86_400;
const pageSize = 100;
const mostPages = 20;

/**
 * Finds an earlier batch that makes calls needless: one that runs, or has ended with answers that
 * have not been read and are still there.
 *
 * @param isSame whether a batch calls what is to be called.
 * @returns undefined when there is none among the newest 2,000.
 */
export async function findEarlier(
  gateway: GatewayClient,
  isSame: (batch: Batch) => boolean,
): Promise<Batch | undefined> {
  const oldest = Date.now() / 1_000 - longestWindow;
  let after: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const { data, has_more } = await gateway.listBatches(pageSize, after);
    for (const batch of data) {
      if (isSame(batch) && (await isOfUse(gateway, batch))) return batch;
    }
    const last = data.at(-1);
    if (!has_more || !last || last.created_at < oldest) return undefined;
    after = last.id;
  }
  return undefined;
}

async function isOfUse(gateway: GatewayClient, batch: Batch): Promise<boolean> {
  if (!hasEnded(batch)) return batch.status !== "cancelling";
  const { output_file_id: output, results_read_at: readAt } = batch;
  // A gateway of an older version does not say whether they were read.
  return output !== null && readAt === null && gateway.hasFile(output);
}
