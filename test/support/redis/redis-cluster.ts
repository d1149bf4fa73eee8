import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { findFreePort } from "../../../scripts/redis/free-port.ts";
import { until } from "../until.ts";
import { askRedis, readServerAccess } from "./ask-redis.ts";
import {
  type PrivateRedis,
  startPrivateRedis,
  type TlsFiles,
} from "./redis.ts";

const slotCount = 16_384;
const keysAtATime = 10;

export type RedisClusterOptions = {
  /** Default 3. */
  primaries?: number;
  /** Of each primary. Default 1. */
  replicas?: number;
  password?: string;
  /** The nodes speak only TLS. */
  tls?: TlsFiles;
  /** How long a node must be silent before it is replaced. Default 5 s: a machine that is busy replaces none by mistake. */
  nodeTimeoutMs?: number;
};

/** A node and its id. */
export type ClusterServer = PrivateRedis & { readonly id: string };

/** Primaries with their replicas: real processes on 127.0.0.1. */
export type RunningCluster = {
  readonly nodes: readonly ClusterServer[];
  /** As REDIS_CLUSTER takes them. */
  readonly addresses: string;
  /** The primary that holds the keys of a pool, as the cluster's other nodes know it. */
  ownerOf(prefix: string): Promise<ClusterServer>;
  /** Moves the hash slot of a pool to another primary, as `redis-cli --cluster reshard` does, with a rest after every few keys. */
  moveSlot(
    prefix: string,
    options?: { restMs?: number },
  ): Promise<{ to: ClusterServer; keys: number; ms: number }>;
  /** Has the replica of a node take its place, without loss. */
  orderFailover(node: ClusterServer): Promise<void>;
  ask<T>(
    node: ClusterServer,
    question: (redis: Redis) => Promise<T>,
  ): Promise<T>;
  stop(): Promise<void>;
};

/** Starts a cluster and waits until every node knows all of it. */
export async function startRedisCluster(
  options: RedisClusterOptions = {},
): Promise<RunningCluster> {
  const { primaries: primaryCount = 3, replicas = 1, password, tls } = options;
  const access = await readServerAccess(password, tls);
  const nodes = await Promise.all(
    Array.from({ length: primaryCount * (1 + replicas) }, () =>
      startNode(options),
    ),
  );
  const primaries = nodes.slice(0, primaryCount);
  const ask = <T>(node: PrivateRedis, question: (redis: Redis) => Promise<T>) =>
    askRedis(node.port, access, question);
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
  };

  try {
    const ids = await Promise.all(
      nodes.map((node, index) =>
        ask(node, async (redis) => {
          await redis.cluster("SET-CONFIG-EPOCH", index + 1);
          if (index < primaryCount) {
            const firstOf = (n: number) =>
              Math.floor((n * slotCount) / primaryCount);
            await redis.cluster(
              "ADDSLOTSRANGE",
              firstOf(index),
              firstOf(index + 1) - 1,
            );
          }
          for (const other of nodes.slice(0, index)) {
            await redis.cluster("MEET", "127.0.0.1", other.port, other.busPort);
          }
          return redis.cluster("MYID");
        }),
      ),
    );
    const servers = nodes.map((node, index) => ({
      ...node,
      id: ids[index] ?? "",
    }));
    await untilAll(servers, "the nodes know each other", (node) =>
      ask(node, async (redis) =>
        (await redis.cluster("INFO")).includes(
          `cluster_known_nodes:${nodes.length}`,
        ),
      ),
    );
    await Promise.all(
      servers.slice(primaryCount).map((node, index) =>
        ask(node, async (redis) => {
          await redis.cluster("REPLICATE", ids[index % primaryCount] ?? "");
          await until("the replica follows", async () =>
            (await redis.info("replication")).includes("master_link_status:up"),
          );
        }),
      ),
    );
    await untilAll(servers, "the cluster serves", (node) =>
      ask(node, async (redis) => {
        const ranges = (await redis.cluster("SLOTS")) as unknown[][];
        return (
          (await redis.cluster("INFO")).includes("cluster_state:ok") &&
          ranges.length === primaryCount &&
          ranges.every((range) => range.length === 2 + 1 + replicas)
        );
      }),
    );
    return control(servers, primaries.length, { ask, stop, access });
  } catch (error) {
    await stop();
    throw error;
  }
}

type Node = PrivateRedis & { readonly busPort: number };

async function startNode({
  password,
  tls,
  nodeTimeoutMs = 5_000,
}: RedisClusterOptions): Promise<Node> {
  const busPort = await findFreePort();
  const server = await startPrivateRedis({
    ...(tls ? { tls } : {}),
    args: [
      ...["--cluster-enabled", "yes", "--cluster-port", String(busPort)],
      ...["--cluster-node-timeout", String(nodeTimeoutMs)],
      ...["--cluster-replica-validity-factor", "0"],
      // A replica has its first copy at once, not after 5 s.
      ...["--repl-diskless-sync-delay", "0"],
      ...(tls ? ["--tls-cluster", "yes"] : []),
      ...(password
        ? ["--requirepass", password, "--masterauth", password]
        : []),
    ],
  });
  return { ...server, busPort };
}

async function untilAll(
  nodes: readonly ClusterServer[],
  what: string,
  condition: (node: ClusterServer) => Promise<boolean>,
): Promise<void> {
  await Promise.all(nodes.map((node) => until(what, () => condition(node))));
}

function control(
  nodes: ClusterServer[],
  primaryCount: number,
  deps: Pick<RunningCluster, "ask" | "stop"> & {
    access: { password?: string };
  },
): RunningCluster {
  const { ask, stop, access } = deps;

  /** Primaries by their ids, as the first node that runs knows them. */
  async function readOwner(prefix: string) {
    for (const node of nodes) {
      const owner = await Promise.race([
        ask(node, async (redis) => {
          const slot = await redis.cluster("KEYSLOT", `{${prefix}}`);
          const ranges = (await redis.cluster("SLOTS")) as unknown as [
            number,
            number,
            [string, number, string],
          ][];
          const [, , primary] =
            ranges.find(([first, last]) => first <= slot && slot <= last) ?? [];
          return { slot, id: primary?.[2] };
        }).catch(() => undefined),
        // It does not run.
        sleep(300, undefined),
      ]);
      if (owner) return owner;
    }
    throw new Error("No node answers");
  }

  return {
    nodes,
    addresses: nodes.map(({ port }) => `127.0.0.1:${port}`).join(),
    ask,
    stop,
    async ownerOf(prefix) {
      const { id } = await readOwner(prefix);
      const owner = nodes.find((node) => node.id === id);
      if (!owner) throw new Error("Nobody owns the slot");
      return owner;
    },
    async moveSlot(prefix, { restMs = 0 } = {}) {
      const startedAt = performance.now();
      const { slot, id } = await readOwner(prefix);
      const primaries = nodes.slice(0, primaryCount);
      const from = nodes.find((node) => node.id === id);
      const to = primaries.find((node) => node.id !== id);
      if (!from || !to) throw new Error("There are no two primaries");
      await ask(to, (redis) =>
        redis.cluster("SETSLOT", slot, "IMPORTING", from.id),
      );
      const keys = await ask(from, async (redis) => {
        await redis.cluster("SETSLOT", slot, "MIGRATING", to.id);
        const auth = access.password ? ["AUTH", access.password] : [];
        for (let moved = 0; ; ) {
          const found = await redis.cluster("GETKEYSINSLOT", slot, keysAtATime);
          if (found.length === 0) return moved;
          await redis.call(
            "MIGRATE",
            ...["127.0.0.1", String(to.port), "", "0", "5000"],
            ...[...auth, "KEYS", ...found],
          );
          moved += found.length;
          await sleep(restMs);
        }
      });
      for (const node of [to, from, ...primaries]) {
        await ask(node, (redis) =>
          redis.cluster("SETSLOT", slot, "NODE", to.id),
        );
      }
      return { to, keys, ms: performance.now() - startedAt };
    },
    async orderFailover(node) {
      for (const replica of nodes.slice(primaryCount)) {
        await ask(replica, async (redis) => {
          const [role, , port] = (await redis.call("ROLE")) as [
            string,
            string,
            number,
          ];
          if (role === "slave" && port === node.port)
            await redis.cluster("FAILOVER");
        });
      }
    },
  };
}
