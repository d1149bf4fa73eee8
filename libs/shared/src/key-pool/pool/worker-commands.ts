import type { Redis } from "ioredis";
import { z } from "zod";
import { parseJson } from "../../json/parse-json.ts";
import type { RedisKeys } from "../../redis/keys.ts";

const commandSchema = z.discriminatedUnion("kind", [
  /** Slots may have become free earlier than a worker thinks. */
  z.object({ kind: z.literal("look-again") }),
  /** Ask OpenRouter about a key; one of the workers that hold it does so. */
  z.object({ kind: z.literal("probe"), keyId: z.string() }),
]);

/** What an operator asks of the workers. */
type WorkerCommand = z.output<typeof commandSchema>;

/** Sends a command. @returns how many workers listen. */
export function sendWorkerCommand(
  redis: Redis,
  redisKeys: RedisKeys,
  command: WorkerCommand,
): Promise<number> {
  return redis.publish(redisKeys.workerCommands, JSON.stringify(command));
}

/** Hands over each command that comes over a connection of the listener's own. */
export async function listenForWorkerCommands(
  subscriber: Redis,
  redisKeys: RedisKeys,
  onCommand: (command: WorkerCommand) => void,
): Promise<void> {
  subscriber.on("message", (channel: string, message: string) => {
    if (channel !== redisKeys.workerCommands) return;
    const command = commandSchema.safeParse(parseJson(message));
    // One that is not known comes from a newer version.
    if (command.success) onCommand(command.data);
  });
  await subscriber.subscribe(redisKeys.workerCommands);
}
