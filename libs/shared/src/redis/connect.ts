import { Redis, type RedisOptions } from "ioredis";
import type { Logger } from "pino";
import type { RedisAddress } from "../config/redis-address.ts";
import { clusterOptions } from "./cluster/cluster-options.ts";
import type { SentinelListener } from "./sentinel-connector.ts";
import { sentinelOptions } from "./sentinel-options.ts";

const longestReconnectDelayMs = 1_000;
/**
 * Answers of a server that is the wrong one, or not the only one: a replica, or a node of a
 * Cluster. Nothing was executed.
 */
const wrongServer = /^(READONLY|MOVED|ASK|TRYAGAIN|CLUSTERDOWN)\b/;

/** The purpose of a connection, which decides how it behaves while Redis is away. */
type ConnectionRole =
  /** Commands wait for Redis to come back, however long that takes. */
  | "durable"
  /** New commands fail at once while Redis is away; those already sent are sent again. */
  | "fail-fast";

/**
 * Opens a connection that reconnects for ever and sends unanswered commands again.
 *
 * Errors are logged once per outage, not once per attempt.
 *
 * @param options.listeners connections that only listen. A server that becomes a replica, or gives
 * its
 * hash slot away, keeps them, and they would not notice that the primary is elsewhere: so they
 * leave it together with this connection, which finds out at its next write.
 */
export function connectRedis(
  address: RedisAddress,
  options: {
    role: ConnectionRole;
    name: string;
    logger: Logger;
    listeners?: readonly Redis[];
  },
): Redis {
  const { role, name, logger, listeners = [] } = options;
  const redis = open(address, logSentinels(name, logger), {
    connectionName: name,
    maxRetriesPerRequest: null,
    enableOfflineQueue: role === "durable",
    // Without this an idle connection would never notice that its server hangs.
    keepAlive: 10_000,
    connectTimeout: 5_000,
    retryStrategy,
    reconnectOnError(error) {
      if (!wrongServer.test(error.message)) return false;
      for (const listener of listeners) {
        if (listener.status === "ready") listener.disconnect(true);
      }
      return 2;
    },
  });
  logOutages(redis, name, logger);
  redis.on("error", (error: Error) => {
    // ioredis would go on in database 0, which may hold another pool.
    if (isOfSelect(error)) redis.disconnect(true);
  });
  return redis;
}

/** The database does not exist, or its user may not select it. */
function isOfSelect(error: Error): boolean {
  const { command } = error as Error & { command?: { name: string } };
  return command?.name === "select";
}

function retryStrategy(attempt: number): number {
  return Math.min(attempt * 50, longestReconnectDelayMs);
}

function open(
  address: RedisAddress,
  listener: SentinelListener,
  settings: Omit<RedisOptions, "replyMapping">,
): Redis {
  if ("sentinels" in address) {
    return new Redis({
      ...settings,
      ...sentinelOptions(address, { retryStrategy, listener }),
    });
  }
  if ("nodes" in address) {
    return new Redis({ ...settings, ...clusterOptions(address) });
  }
  const { url, ...credentials } = address;
  return new Redis(url, { ...credentials, ...settings });
}

function logOutages(redis: Redis, connection: string, logger: Logger): void {
  let isDown = false;
  let sentinelError: Error | undefined;
  redis.on("sentinelError", (error: Error) => {
    sentinelError = error;
  });
  redis.on("error", (error: Error) => {
    if (!isDown) {
      isDown = true;
      // ioredis's own error does not say that the Sentinels answered, and what.
      const sentinel = sentinelError?.message;
      logger.error(
        { connection, sentinel, err: error },
        "Redis is unreachable",
      );
    }
  });
  redis.on("ready", () => {
    sentinelError = undefined;
    if (isDown) {
      isDown = false;
      logger.info({ connection }, "Redis is back");
    }
  });
}

/** The group can do without one of its Sentinels; its operator should know. */
function logSentinels(connection: string, logger: Logger): SentinelListener {
  return {
    lost: (sentinel, err) =>
      logger.warn({ connection, sentinel, err }, "A Sentinel is unreachable"),
    back: (sentinel) =>
      logger.info({ connection, sentinel }, "A Sentinel is back"),
  };
}

/** Ends a connection gracefully, or at once when Redis does not answer. */
export async function disconnectRedis(redis: Redis): Promise<void> {
  if (redis.status === "ready") {
    const patience = setTimeout(() => redis.disconnect(), 1_000);
    await redis.quit().catch(() => undefined);
    clearTimeout(patience);
  } else {
    redis.disconnect();
  }
}
