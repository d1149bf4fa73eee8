import { Redis } from "ioredis";
import type { HostAndPort } from "../../config/host-list.ts";
import type { ClusterAddress } from "../../config/redis-address.ts";

/** A node that does not answer for this long is skipped. */
const answerTimeoutMs = 1_000;

/** A node, which keeps its id when its address changes. */
export type ClusterNode = HostAndPort & { readonly id: string };

/** What one node of a Cluster reports about the hash slot of the pool. */
export type ClusterView = {
  /**
   * Whether the cluster serves requests, as far as this node can tell: no, if it is cut off from
   * the others.
   */
  readonly isServing: boolean;
  readonly slot: number;
  /** The primary that owns the slot; undefined while none does. */
  readonly owner: ClusterNode | undefined;
  /** Whether the owner is the node itself. */
  readonly isOwner: boolean;
  /** Whether the slot is being moved to another node. */
  readonly isMigrating: boolean;
  /** All nodes with slots that it knows, replicas included. */
  readonly nodes: readonly HostAndPort[];
};

type SlotRange = [first: number, last: number, ...nodes: SlotNode[]];
type SlotNode = [host: string | null, port: number, id: string];

/**
 * Asks a node on a connection of its own.
 *
 * @throws {Error} when it does not answer.
 */
export async function askNode(
  node: HostAndPort,
  { hashTag, username, password, usesTls }: ClusterAddress,
): Promise<ClusterView> {
  const redis = new Redis({
    ...node,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(usesTls ? { tls: {} } : {}),
    connectTimeout: answerTimeoutMs,
    commandTimeout: answerTimeoutMs,
    enableReadyCheck: false,
    retryStrategy: null,
  });
  // The first of several errors in a row is the cause.
  let reason: Error | undefined;
  redis.on("error", (error: Error) => {
    reason ??= error;
  });
  try {
    const [info, slot, ranges, list] = await Promise.all([
      redis.cluster("INFO"),
      redis.cluster("KEYSLOT", hashTag),
      redis.cluster("SLOTS") as Promise<unknown>,
      redis.cluster("NODES"),
    ]);
    return readView(node, {
      info: String(info),
      slot: Number(slot),
      ranges: ranges as SlotRange[],
      list: String(list),
    });
  } catch (error) {
    throw reason ?? error;
  } finally {
    redis.disconnect();
  }
}

/** Parses a node's answer. @param node the node that was asked. */
export function readView(
  node: HostAndPort,
  answers: { info: string; slot: number; ranges: SlotRange[]; list: string },
): ClusterView {
  const { info, slot, ranges, list } = answers;
  const [, , primary] =
    ranges.find(([first, last]) => first <= slot && slot <= last) ?? [];
  // `<id> <address> <flags> … <slots> [<slot>->-<id of the new owner>]`
  const [self = ""] = /^.* \S*\bmyself\b.*$/m.exec(list) ?? [];
  const locate = ([host, port, id]: SlotNode) => ({
    // A node that does not know its own address leaves it out.
    host: host === null || host === "" || host === "?" ? node.host : host,
    port,
    id,
  });
  return {
    isServing: /^cluster_state:ok\b/m.test(info),
    slot,
    owner: primary && locate(primary),
    isOwner: primary !== undefined && self.startsWith(`${primary[2]} `),
    isMigrating: self.includes(`[${slot}->-`),
    nodes: ranges.flatMap(([, , ...each]) => each.map(locate)),
  };
}
