import type { RedisOptions } from "ioredis";
import type { SentinelGroup } from "../config/redis-address.ts";
import { FollowingConnector } from "./sentinel-connector.ts";

/** A Sentinel that does not answer for this long is passed over for the next one. */
const answerTimeoutMs = 3_000;
/** How long until a Sentinel that was lost is listened to again. */
const listenAgainMs = 5_000;

/**
 * How ioredis finds the primary of a group, and leaves it when Sentinels name another one.
 *
 * The primary is asked of the Sentinels at each connection, and a server that is none (any more) is not used.
 *
 * @param retryStrategy after how many ms the Sentinels are asked again when none of them answers.
 */
export function sentinelOptions(
  group: SentinelGroup,
  retryStrategy: (attempt: number) => number,
): Omit<RedisOptions, "replyMapping"> {
  const { sentinels, name, username, password, sentinelPassword } = group;
  return {
    Connector: FollowingConnector,
    sentinels: sentinels.map((each) => ({ ...each })),
    name,
    role: "master",
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    ...(group.usesTls
      ? { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }
      : {}),
    sentinelRetryStrategy: retryStrategy,
    sentinelCommandTimeout: answerTimeoutMs,
    // A connection that only listens, or one to a primary that hangs, would not notice the failover by itself.
    failoverDetector: true,
    // What a primary that was replaced still answers is worth nothing, and commands without an answer are sent again.
    disconnectTimeout: 0,
    sentinelReconnectStrategy: () => listenAgainMs,
  };
}
