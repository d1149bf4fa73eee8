import type { RedisOptions } from "ioredis";
import type { ClusterAddress } from "../../config/redis-address.ts";
import { createSlotConnector } from "./slot-connector.ts";
import { slotOwnerOf } from "./slot-owner.ts";

/** After a server is left, answers to commands sent before are read for this long. */
const lastAnswersMs = 100;

/**
 * How ioredis finds the primary of a Cluster that owns the hash slot of the pool, and leaves it
 * when the owner changes.
 *
 * All keys of a pool are in one slot, so one connection to one server is enough, as without a
 * Cluster.
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
