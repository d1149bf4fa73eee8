import { hasEnded } from "@openrouter-free-pool/shared/api/batch-object";
import type { GatewayClient } from "../gateway/gateway-client.ts";
import type { Batch } from "../gateway/objects.ts";
import type { InputDigests } from "../input/prepare-upload.ts";

/** In s. No window is longer, so that older batches have ended. */
const longestWindow = 21 * 86_400;
const pageSize = 100;
const mostPages = 20;

/**
 * Finds a running batch of this client with the same lines: all of the input, or those to be sent.
 *
 * @returns undefined when there is none among the newest 2,000.
 */
export async function findRunning(
  gateway: GatewayClient,
  { whole, sent }: InputDigests,
): Promise<Batch | undefined> {
  const isSame = ({ metadata }: Batch) =>
    [whole, sent].includes(metadata?.input_digest ?? "") &&
    // A retry keeps the metadata of a batch, but has some of its lines.
    metadata?.retry_of === undefined;
  const oldest = Date.now() / 1_000 - longestWindow;
  let after: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const { data, has_more } = await gateway.listBatches(pageSize, after);
    const running = data.find(
      (batch) =>
        !hasEnded(batch) && batch.status !== "cancelling" && isSame(batch),
    );
    if (running) return running;
    const last = data.at(-1);
    if (!has_more || !last || last.created_at < oldest) return undefined;
    after = last.id;
  }
  return undefined;
}
