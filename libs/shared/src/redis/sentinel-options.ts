import type { RedisOptions } from "ioredis";
import type { SentinelGroup } from "../config/redis-address.ts";
import {
  createFollowingConnector,
  type SentinelListener,
} from "./sentinel-connector.ts";

/** A Sentinel that does not answer for this long is skipped. */
const answerTimeoutMs = 3_000;
/** How long until the connection to a lost Sentinel is tried again. */
const listenAgainMs = 5_000;

/**
 * How ioredis finds the primary of a group, and leaves it when Sentinels name another one.
 *
 * Each connection asks the Sentinels for the primary, and does not use a server that is none (any
 * more).
 *
 * @param options.retryStrategy after how many ms the Sentinels are asked again when none of them answers.
 */
export function sentinelOptions(
  group: SentinelGroup,
  options: {
    retryStrategy: (attempt: number) => number;
    listener: SentinelListener;
  },
): Omit<RedisOptions, "replyMapping"> {
  const { sentinels, name, username, password, sentinelPassword } = group;
  return {
    Connector: createFollowingConnector(options.listener),
    sentinels: sentinels.map((each) => ({ ...each })),
    name,
    role: "master",
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    ...(group.usesTls
      ? { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }
      : {}),
    sentinelRetryStrategy: options.retryStrategy,
    sentinelCommandTimeout: answerTimeoutMs,
    // A connection that only listens, or one to a primary that hangs, would not notice the failover by itself.
    failoverDetector: true,
    // Answers of a replaced primary are worthless, and commands without an answer are sent again.
    disconnectTimeout: 0,
    sentinelReconnectStrategy: () => listenAgainMs,
  };
}
