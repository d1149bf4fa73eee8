import type { Redis } from "ioredis";
import { Gauge } from "prom-client";
import { withTimeout } from "../timers/with-timeout.ts";
import { clearGauge } from "./clear-gauge.ts";
import type { Metrics } from "./metrics.ts";

const patienceMs = 2_000;

/** Measures Redis, with two commands a scrape. */
export function measureRedis(metrics: Metrics, redis: Redis): void {
  const gauge = (name: string, help: string) =>
    new Gauge({ name, help, registers: [metrics.registry] });
  const up = gauge("orpool_redis_up", "Whether this process can use Redis");
  const ping = gauge(
    "orpool_redis_ping_seconds",
    "Time in which Redis answered a PING",
  );
  const used = gauge(
    "orpool_redis_memory_used_bytes",
    "Memory that Redis uses",
  );
  const limit = gauge(
    "orpool_redis_memory_limit_bytes",
    "Memory that Redis may use (maxmemory); 0: no limit is set",
  );

  metrics.beforeScrape(async () => {
    const figures = await readFigures(redis).catch(() => undefined);
    up.set(figures ? 1 : 0);
    if (figures) {
      ping.set(figures.pingMs / 1_000);
      used.set(figures.usedBytes);
      limit.set(figures.limitBytes);
    } else {
      for (const unknown of [ping, used, limit]) clearGauge(unknown);
    }
  });
}

async function readFigures(redis: Redis) {
  if (redis.status !== "ready") throw new Error("Not connected");
  const startedAt = performance.now();
  await withTimeout(redis.ping(), patienceMs);
  const pingMs = performance.now() - startedAt;
  const info = await withTimeout(redis.info("memory"), patienceMs);
  return {
    pingMs,
    usedBytes: readField(info, "used_memory"),
    limitBytes: readField(info, "maxmemory"),
  };
}

function readField(info: string, name: string): number {
  return Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
}
