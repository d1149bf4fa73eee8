import type { Redis } from "ioredis";
import { z } from "zod";
import { parseJson } from "../../json/parse-json.ts";
import type { RedisKeys } from "../../redis/keys.ts";
import { subscribe } from "../../redis/subscribe.ts";

const commandSchema = z.discriminatedUnion("kind", [
  /** Slots may have become free earlier than a worker expects. */
  z.object({ kind: z.literal("look-again") }),
  /** Probe a key; one of the workers that hold it does so. */
  z.object({ kind: z.literal("probe"), keyId: z.string() }),
]);

/** A command to the workers. */
export type WorkerCommand = z.output<typeof commandSchema>;

/** Sends a command. @returns how many workers listen. */
export function sendWorkerCommand(
  redis: Redis,
  redisKeys: RedisKeys,
  command: WorkerCommand,
): Promise<number> {
  return redis.publish(redisKeys.workerCommands, JSON.stringify(command));
}

/** Receives commands on a connection that the listener owns. */
export async function listenForWorkerCommands(
  subscriber: Redis,
  redisKeys: RedisKeys,
  onCommand: (command: WorkerCommand) => void,
): Promise<void> {
  subscriber.on("message", (channel: string, message: string) => {
    if (channel !== redisKeys.workerCommands) return;
    const command = commandSchema.safeParse(parseJson(message));
    // An unknown command comes from a newer version.
    if (command.success) onCommand(command.data);
  });
  await subscribe(subscriber, redisKeys.workerCommands);
}
