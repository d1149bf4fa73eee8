import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Redis } from "ioredis";
import { findFreePort } from "../../../scripts/redis/free-port.ts";
import { findRedisBinary } from "../../../scripts/redis/redis-binary.ts";
import {
  launchServer,
  type ServerProcess,
} from "../../../scripts/redis/server-process.ts";
import { until } from "../until.ts";
import { askRedis, readServerAccess } from "./ask-redis.ts";
import {
  listenSettings,
  type PrivateRedis,
  startPrivateRedis,
  type TlsFiles,
} from "./redis.ts";

/** What Sentinels call the primary. */
export const groupName = "mymaster";
const sentinelCount = 3;
const quorum = 2;
const pauseMs = 15_000;

export type SentinelGroupOptions = {
  /** How long a primary must be silent before its Sentinels replace it. */
  downAfterMs?: number;
  /** Passwords of the servers and of the Sentinels. */
  passwords?: { readonly server: string; readonly sentinel: string };
  /** Servers and Sentinels speak only TLS. */
  tls?: TlsFiles;
  /** Opens a way to the primary, by which all others know it. @returns its port. */
  lineTo?: (port: number) => Promise<number>;
};

/** A primary with a replica, and three Sentinels that watch them: real processes on 127.0.0.1. */
export type RunningGroup = {
  /** The primary at the start, and its replica. */
  readonly primary: PrivateRedis;
  readonly replica: PrivateRedis;
  /** As REDIS_SENTINELS takes them. */
  readonly sentinels: string;
  /** The port of the server that the Sentinels name now. */
  primaryPort(): Promise<number>;
  /** Waits until the Sentinels know of a replica that could take over. */
  replicaFollows(): Promise<void>;
  /** Waits until the replica has all that the primary had when this was asked. */
  replicaCatchesUp(): Promise<void>;
  /** Has the Sentinels replace a primary that is well; it goes on until it is told. */
  orderFailover(): Promise<void>;
  /** Has the primary take no writes for some seconds, as before a failover that is ordered. */
  pauseWrites(): Promise<void>;
  killSentinel(index: number): Promise<void>;
  /** Starts one that was killed, at the same port. */
  restartSentinel(index: number): Promise<void>;
  /** Has a Sentinel answer nobody any more. */
  pauseSentinel(index: number): void;
  stop(): Promise<void>;
};

type RunningSentinel = {
  readonly port: number;
  /** Its settings, and what it has learned. */
  readonly file: string;
  readonly process: ServerProcess;
};

/** Starts a group and waits until every Sentinel knows the replica and its fellows. */
export async function startSentinelGroup(
  options: SentinelGroupOptions = {},
): Promise<RunningGroup> {
  const { passwords, tls } = options;
  const args = [
    // A replica has its first copy at once, not after 5 s.
    ...["--repl-diskless-sync-delay", "0"],
    ...(passwords
      ? ["--requirepass", passwords.server, "--masterauth", passwords.server]
      : []),
  ];
  const client = await readServerAccess(passwords?.server, tls);
  const sentinelClient = await readServerAccess(passwords?.sentinel, tls);
  const server = tls ? { tls } : {};
  const primary = await startPrivateRedis({ ...server, args });
  const knownPort = (await options.lineTo?.(primary.port)) ?? primary.port;
  const replica = await startPrivateRedis({
    ...server,
    args: [...args, "--replicaof", `127.0.0.1 ${knownPort}`],
  });
  await askRedis(replica.port, client, async (redis) => {
    await until("the replica follows", async () =>
      (await redis.info("replication")).includes("master_link_status:up"),
    );
  });
  const folder = await mkdtemp(join(tmpdir(), "openrouter-free-pool-sentinel"));
  const started: RunningSentinel[] = [];
  for (let index = 0; index < sentinelCount; index += 1) {
    started.push(await startSentinel(folder, knownPort, options));
  }
  const askSentinel = <T>(
    port: number,
    question: (sentinel: Redis) => Promise<T>,
  ) => askRedis(port, sentinelClient, question);

  await Promise.all(
    started.map(({ port }) =>
      askSentinel(port, (sentinel) =>
        until("the Sentinels know each other", async () => {
          const [replicas, others] = await Promise.all([
            sentinel.call("SENTINEL", "REPLICAS", groupName),
            sentinel.call("SENTINEL", "SENTINELS", groupName),
          ]);
          return (
            (replicas as unknown[]).length === 1 &&
            (others as unknown[]).length === sentinelCount - 1
          );
        }),
      ),
    ),
  );
  const ports = started.map(({ port }) => port);
  // The last one: tests kill the first.
  const primaryPort = () =>
    askSentinel(ports.at(-1) ?? 0, async (sentinel) => {
      const address = await sentinel.call(
        "SENTINEL",
        "GET-MASTER-ADDR-BY-NAME",
        groupName,
      );
      return Number((address as string[])[1]);
    });
  return {
    primary,
    replica,
    sentinels: ports.map((port) => `127.0.0.1:${port}`).join(),
    primaryPort,
    replicaFollows: () =>
      askSentinel(ports.at(-1) ?? 0, async (sentinel) => {
        await until("a replica follows", async () => {
          const found = await sentinel.call("SENTINEL", "REPLICAS", groupName);
          const [fields = []] = found as string[][];
          const fieldOf = (name: string) => fields[fields.indexOf(name) + 1];
          return (
            fieldOf("flags") === "slave" &&
            fieldOf("master-link-status") === "ok"
          );
        });
      }),
    async replicaCatchesUp() {
      const wanted = await askRedis(primary.port, client, readOffset);
      await askRedis(replica.port, client, (redis) =>
        until(
          "the replica has what the primary had",
          async () => (await readOffset(redis)) >= wanted,
        ),
      );
    },
    orderFailover: () =>
      askSentinel(ports.at(-1) ?? 0, async (sentinel) => {
        await sentinel.call("SENTINEL", "FAILOVER", groupName);
      }),
    async pauseWrites() {
      const port = await primaryPort();
      await askRedis(port, client, async (redis) => {
        await redis.client("PAUSE", pauseMs, "WRITE");
      });
    },
    pauseSentinel: (index) => started[index]?.process.send("SIGSTOP"),
    killSentinel: async (index) => started[index]?.process.end("SIGKILL"),
    async restartSentinel(index) {
      const killed = started[index];
      if (killed) started[index] = await launchSentinel(killed);
    },
    async stop() {
      await Promise.all(started.map(({ process }) => process.end("SIGTERM")));
      await Promise.all([primary.stop(), replica.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** How much of the primary's writes a server has. */
async function readOffset(redis: Redis): Promise<number> {
  const info = await redis.info("replication");
  return Number(/^master_repl_offset:(\d+)/m.exec(info)?.[1]);
}

async function startSentinel(
  folder: string,
  primaryPort: number,
  { downAfterMs = 1_000, passwords, tls }: SentinelGroupOptions,
): Promise<RunningSentinel> {
  const port = await findFreePort();
  const file = join(folder, `${port}.conf`);
  // A Sentinel writes what it learns into its file.
  await writeFile(
    file,
    [
      ...listenSettings(port, tls).map((setting) => setting.join(" ")),
      "bind 127.0.0.1",
      `dir ${folder}`,
      `sentinel monitor ${groupName} 127.0.0.1 ${primaryPort} ${quorum}`,
      `sentinel down-after-milliseconds ${groupName} ${downAfterMs}`,
      `sentinel failover-timeout ${groupName} 6000`,
      ...(passwords
        ? [
            `requirepass ${passwords.sentinel}`,
            `sentinel auth-pass ${groupName} ${passwords.server}`,
          ]
        : []),
      "",
    ].join("\n"),
  );
  return launchSentinel({ port, file });
}

async function launchSentinel({
  port,
  file,
}: Pick<RunningSentinel, "port" | "file">): Promise<RunningSentinel> {
  const binary = findRedisBinary();
  if (!binary) throw new Error("No redis-server or valkey-server on the PATH");
  const process = await launchServer(binary, { args: [file, "--sentinel"] });
  return { port, file, process };
}
