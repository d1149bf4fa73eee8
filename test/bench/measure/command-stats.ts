import type { Redis } from "ioredis";

/** How often a command ran since the server's start, and for how long altogether. */
export type CommandStats = { readonly calls: number; readonly micros: number };

/** Reads `INFO commandstats`: `cmdstat_evalsha:calls=12,usec=340,…`. Names are in lower case. */
export async function readCommandStats(
  redis: Redis,
): Promise<ReadonlyMap<string, CommandStats>> {
  const info = await redis.info("commandstats");
  const lines = info.matchAll(/^cmdstat_([^:]+):calls=(\d+),usec=(\d+)/gm);
  return new Map(
    [...lines].map(([, name = "", calls, micros]) => [
      name,
      { calls: Number(calls), micros: Number(micros) },
    ]),
  );
}
