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

/** All keys whose names begin alike. */
type Family = { keys: number; bytes: number };

/** Builds a reader of Redis's memory (MiB), and of its keys and their bytes by the first part of their names. */
export function createRedisReader(url: string, prefix: string) {
  const redis = new Redis(url, { commandTimeout: 3_000 });
  redis.on("error", () => undefined);

  async function sumUp(): Promise<Map<string, Family>> {
    const families = new Map<string, Family>();
    let cursor = "0";
    do {
      const [next, keys] = await redis.scan(cursor, "COUNT", 1_000);
      const sizes = redis.pipeline();
      for (const key of keys) sizes.memory("USAGE", key);
      const replies = (await sizes.exec()) ?? [];
      for (const [index, key] of keys.entries()) {
        const name = key.replace(`{${prefix}}:`, "").split(":")[0] ?? "";
        const family = families.get(name) ?? { keys: 0, bytes: 0 };
        family.keys += 1;
        family.bytes += Number(replies[index]?.[1] ?? 0);
        families.set(name, family);
      }
      cursor = next;
    } while (cursor !== "0");
    return families;
  }

  async function read(): Promise<Figures> {
    const info = await redis.info("memory");
    const bytes = Number(/^used_memory:(\d+)/m.exec(info)?.[1]);
    const families = await sumUp();
    const sum = (what: keyof Family, isIncluded: (name: string) => boolean) =>
      [...families].reduce(
        (total, [name, family]) =>
          total + (isIncluded(name) ? family[what] : 0),
        0,
      );
    const isPassing = (name: string) => !keptFamilies.includes(name);
    return {
      "redis data": bytes / 1_024 ** 2,
      "redis kept": sum("bytes", (name) => !isPassing(name)) / 1_024 ** 2,
      "redis passing": sum("bytes", isPassing) / 1_024 ** 2,
      "keys all": sum("keys", () => true),
      "keys passing": sum("keys", isPassing),
      ...Object.fromEntries(
        [...families].flatMap(([name, family]) => [
          [`keys of ${name}`, family.keys],
          [`KiB of ${name}`, family.bytes / 1_024],
        ]),
      ),
    };
  }
  return {
    /** Empty while Redis does not answer. */
    read: (): Promise<Figures> => read().catch(() => ({})),
    close: () => redis.disconnect(),
  };
}
