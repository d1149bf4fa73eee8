import type { Redis } from "ioredis";
import { untilTaken } from "./until-taken.ts";

/**
 * Subscribes to a channel as soon as Redis lets the connection do so. ioredis repeats only
 * subscriptions that were taken once.
 *
 * @throws when the connection is closed for good.
 */
export async function subscribe(
  subscriber: Redis,
  channel: string,
): Promise<void> {
  await untilTaken(() => subscriber.subscribe(channel), {
    isOver: () => subscriber.status === "end",
  });
}
