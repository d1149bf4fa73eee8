import type { RedisOptions } from "ioredis";
import type { ClusterAddress } from "../../config/redis-address.ts";
import { createSlotConnector } from "./slot-connector.ts";
import { slotOwnerOf } from "./slot-owner.ts";

/** What a server still answers to commands that were sent before it was left is read for this long. */
const lastAnswersMs = 100;

/**
 * How ioredis finds the primary of a Cluster that owns the hash slot of the pool, and leaves it when another one does.
 *
 * All keys of a pool are in one slot, so one connection to one server is all that it takes, as without a Cluster.
 */
export function clusterOptions(
  cluster: ClusterAddress,
): Omit<RedisOptions, "replyMapping"> {
  const { username, password, usesTls } = cluster;
  return {
    Connector: createSlotConnector(slotOwnerOf(cluster)),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(usesTls ? { tls: {} } : {}),
    disconnectTimeout: lastAnswersMs,
  };
}
