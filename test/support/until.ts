import { setTimeout as sleep } from "node:timers/promises";

const pollMs = 20;

/**
 * Waits for a condition and returns its first truthy value.
 *
 * @throws {Error} saying what was waited for, after `timeoutMs`.
 */
export async function until<Value>(
  what: string,
  condition: () => Value | Promise<Value>,
  timeoutMs = 60_000,
): Promise<Exclude<Value, false | undefined | null | 0 | "">> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) {
      return value as Exclude<Value, false | undefined | null | 0 | "">;
    }
    if (performance.now() > deadline) {
      throw new Error(`Waited ${timeoutMs} ms in vain until ${what}`);
    }
    await sleep(pollMs);
  }
}
