import { Redis } from "ioredis";
import type { Figures } from "./sample.ts";

/**
 * Families of keys that are kept for an hour or for days, so that they grow during the whole run: minutes of the charts
 * (65 minutes), slots given back (an hour), records of models (a day), finished batches and use (90 days).
 */
export const keptFamilies: readonly string[] = [
  "statistics",
  "released-slot",
  "model-records",
  "batch",
  "usage",
];

/** Builds a reader of Redis's memory (MiB), and of its keys by the first part of their names. */
export function createRedisReader(url: string, prefix: string) {
  const redis = new Redis(url, { commandTimeout: 3_000 });
  redis.on("error", () => undefined);

  async function countKeys(): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    let cursor = "0";
    do {
      const [next, keys] = await redis.scan(cursor, "COUNT", 1_000);
      for (const key of keys) {
        const family = key.replace(`{${prefix}}:`, "").split(":")[0] ?? "";
        counts.set(family, (counts.get(family) ?? 0) + 1);
      }
      cursor = next;
    } while (cursor !== "0");
    return counts;
  }

  async function read(): Promise<Figures> {
    const info = await redis.info("memory");
    const bytes = Number(/^used_memory:(\d+)/m.exec(info)?.[1]);
    const counts = await countKeys();
    const sum = (isIncluded: (family: string) => boolean) =>
      [...counts].reduce(
        (total, [family, keys]) => total + (isIncluded(family) ? keys : 0),
        0,
      );
    return {
      "redis data": bytes / 1_024 ** 2,
      "keys all": sum(() => true),
      "keys passing": sum((family) => !keptFamilies.includes(family)),
      ...Object.fromEntries(
        [...counts].map(([family, keys]) => [`keys of ${family}`, keys]),
      ),
    };
  }
  return {
    /** Empty while Redis does not answer. */
    read: (): Promise<Figures> => read().catch(() => ({})),
    close: () => redis.disconnect(),
  };
}
