import { gather } from "../../timers/gather.ts";
import type { PoolStore } from "../store/pool-store.ts";
import { sendWorkerCommand } from "./worker-commands.ts";

/**
 * Builds a function that has the workers look again that wait for a slot: one was given back. Of slots that are given back
 * together they hear in one message.
 */
export function createAnnounceSlot({
  redis,
  redisKeys,
}: PoolStore): () => Promise<void> {
  return gather<void, void>(
    async (slots) => {
      await sendWorkerCommand(redis, redisKeys, { kind: "look-again" });
      return slots.map(() => undefined);
    },
    { most: Infinity, mostSize: Infinity, sizeOf: () => 1 },
  );
}
