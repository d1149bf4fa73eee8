import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import type { Grant } from "@openrouter-free-pool/shared/key-pool/slots/acquisition";
import type { openQueue } from "../redis/bullmq-queue.ts";

/** Takes the only free slot of a pool, for a request that is not on the queue. */
export async function takeOnlySlot({
  keyPool,
  queue,
}: {
  keyPool: KeyPool;
  queue: Awaited<ReturnType<typeof openQueue>>;
}): Promise<Grant> {
  const slot = await keyPool.acquire({
    jobId: "elsewhere",
    gatewayId: "gateway",
    models: [queue.request.model],
  });
  if (slot.kind !== "granted") throw new Error(`No slot is free: ${slot.kind}`);
  return slot;
}
