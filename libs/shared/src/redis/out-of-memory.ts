import { setTimeout as sleep } from "node:timers/promises";

const pollMs = 250;

/** Whether Redis refused to write because its `maxmemory` is reached (it runs with `noeviction`). */
export function isOutOfMemory(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // A transaction says only that it was given up, and keeps the reasons.
  const { previousErrors = [] } = error as { previousErrors?: unknown[] };
  return /^OOM\b/.test(error.message) || previousErrors.some(isOutOfMemory);
}

/** Writes something that must not be lost: as long as Redis is full, it is tried again. */
export async function writeOnceThereIsRoom<Answer>(
  write: () => Promise<Answer>,
): Promise<Answer> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      await sleep(pollMs);
    }
  }
}
