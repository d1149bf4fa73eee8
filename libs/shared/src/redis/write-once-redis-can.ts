import { setTimeout as sleep } from "node:timers/promises";
import { isOutOfMemory } from "./out-of-memory.ts";
import { isPassingAnswer } from "./passing-answer.ts";

const pollMs = 250;

/**
 * Writes something that must not be lost: it is repeated while Redis is full, or refuses to write
 * for another reason that passes. A lost connection is handled by its client.
 */
export async function writeOnceRedisCan<Answer>(
  write: () => Promise<Answer>,
): Promise<Answer> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isOutOfMemory(error) && !isPassingAnswer(error)) throw error;
      await sleep(pollMs);
    }
  }
}
