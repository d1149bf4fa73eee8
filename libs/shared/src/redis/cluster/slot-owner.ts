import type { HostAndPort } from "../../config/host-list.ts";
import type { ClusterAddress } from "../../config/redis-address.ts";
import { askNode, type ClusterNode, type ClusterView } from "./ask-node.ts";

/** How often it is checked whether the slot has another owner. */
const watchEveryMs = 1_000;

/** A connection to the owner. */
export type Follower = {
  /** The node that it is connected to. */
  readonly node: ClusterNode | undefined;
  /** Ends the connection, so that a new one is made. */
  leave(): void;
};

/**
 * Tracks which primary of a Cluster owns the hash slot of the pool, and has connections leave a
 * former owner: a connection that only listens, or one to a server that hangs, would not notice by
 * itself.
 */
export class SlotOwner {
  readonly #cluster: ClusterAddress;
  readonly #followers = new Set<Follower>();
  /** The latest known nodes, after the one that answered. */
  #known: readonly HostAndPort[] = [];
  #finding: Promise<ClusterNode> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #turn = 0;

  constructor(cluster: ClusterAddress) {
    this.#cluster = cluster;
  }

  /**
   * Finds the owner by asking one node after the other, and the owner itself.
   *
   * @throws {Error} when there is no usable owner: the cluster is down, or the slot is being moved
   * to another node.
   */
  find(): Promise<ClusterNode> {
    this.#finding ??= this.#find().finally(() => {
      this.#finding = undefined;
    });
    return this.#finding;
  }

  /** Makes a connection leave when the slot has another owner. @returns a function that ends this. */
  follow(follower: Follower): () => void {
    this.#followers.add(follower);
    this.#timer ??= setInterval(() => void this.#watch(), watchEveryMs).unref();
    return () => {
      this.#followers.delete(follower);
      if (this.#followers.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  async #find(): Promise<ClusterNode> {
    let problem: unknown;
    for (const node of this.#candidates()) {
      try {
        return await this.#confirm(await this.#ask(node));
      } catch (error) {
        problem = error;
      }
    }
    throw new Error("The Cluster has no place for the pool now", {
      cause: problem,
    });
  }

  async #confirm(view: ClusterView): Promise<ClusterNode> {
    const { owner, slot } = view;
    if (!view.isServing) throw new Error("it is down");
    if (!owner) throw new Error(`nobody owns hash slot ${slot}`);
    const own = view.isOwner ? view : await this.#ask(owner);
    if (!own.isServing || !own.isOwner) {
      throw new Error(`${nameOf(owner)} does not own hash slot ${slot}`);
    }
    // A script's keys would be partly here and partly there.
    if (own.isMigrating) {
      throw new Error(`hash slot ${slot} is on its way to another node`);
    }
    return owner;
  }

  async #ask(node: HostAndPort): Promise<ClusterView> {
    const view = await askNode(node, this.#cluster);
    this.#known = [node, ...view.nodes];
    return view;
  }

  #candidates(): HostAndPort[] {
    const all = [...this.#known, ...this.#cluster.nodes];
    return [...new Map(all.map((node) => [nameOf(node), node])).values()];
  }

  async #watch(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      await this.#dismissStale(await this.#ask(this.#chooseWitness()));
    } catch {
      // Another one is asked next time.
    } finally {
      this.#isLooking = false;
    }
  }

  /** In turn one of the nodes without a connection: the owner may hang, or be cut off from the others. */
  #chooseWitness(): HostAndPort {
    const followed = new Set<string>();
    for (const { node } of this.#followers)
      if (node) followed.add(nameOf(node));
    const all = this.#candidates();
    const others = all.filter((node) => !followed.has(nameOf(node)));
    const witnesses = others.length > 0 ? others : all;
    this.#turn += 1;
    return witnesses[this.#turn % witnesses.length] as HostAndPort;
  }

  async #dismissStale({ isServing, owner }: ClusterView): Promise<void> {
    if (!isServing || !owner) return;
    const stale = [...this.#followers].filter(
      ({ node }) => node?.id !== owner.id,
    );
    if (stale.length === 0) return;
    // A node may learn of a change late.
    const { id } = await this.find();
    for (const follower of stale)
      if (follower.node?.id !== id) follower.leave();
  }
}

function nameOf({ host, port }: HostAndPort): string {
  return `${host}:${port}`;
}

/** The connections of a process to one Cluster share one tracker. */
const owners = new WeakMap<ClusterAddress, SlotOwner>();

/** The one {@link SlotOwner} of this process for an address. */
export function slotOwnerOf(cluster: ClusterAddress): SlotOwner {
  const owner = owners.get(cluster) ?? new SlotOwner(cluster);
  owners.set(cluster, owner);
  return owner;
}
