import { mkdirSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "./free-port.ts";
import { findRedisBinary, type RedisBinary } from "./redis-binary.ts";
import { launchServer, type ServerProcess } from "./server-process.ts";
import { canHaveSocket, socketUrl } from "./socket-path.ts";

export interface PrivateRedisOptions {
  /** Keep the data in an append-only file, so that it survives `restart()` and `kill()`. Default false. */
  appendonly?: boolean;
  /** When the append-only file is flushed to disk. Default `everysec`, as Redis itself. */
  appendfsync?: "always" | "everysec" | "no";
  /** Default: a temporary folder, removed by `stop()`. */
  dataDir?: string;
  binary?: RedisBinary;
  /** Accept TLS connections only, also for replicas and primaries. */
  tls?: TlsFiles;
  /**
   * Listen on a Unix socket in a temporary folder, instead of on a port: only this user can connect, and a command costs
   * less. Default false.
   */
  socket?: boolean;
  /** More settings, as on the command line of redis-server: `["--maxmemory", "10mb"]`. */
  args?: string[];
}

/** PEM files: a self-signed certificate, and its key. */
export interface TlsFiles {
  certificate: string;
  key: string;
}

/** A Redis server of our own, on 127.0.0.1 or on a socket. It ends with this process at the latest, even if that is killed. */
export interface PrivateRedis {
  url: string;
  /** 0 when it listens on a socket. */
  port: number;
  dataDir: string;
  pid: () => number;
  /** Resolves when the server that runs now has ended, with its signal or exit code as words. */
  untilEnded: () => Promise<string>;
  /** Stops the server, if it runs, and starts it again: same address, same data folder. */
  restart: () => Promise<void>;
  /** `kill -9`; `restart()` brings it back. */
  kill: () => Promise<void>;
  /** Freezes the server: connections stay open and nothing is answered until `resume()`. */
  pause: () => void;
  resume: () => void;
  stop: () => Promise<void>;
}

const startAttempts = 5;

/** Starts a Redis server that nobody else uses. Throws when this machine has none to start. */
export async function startPrivateRedis(
  options: PrivateRedisOptions = {},
): Promise<PrivateRedis> {
  const binary = options.binary ?? findRedisBinary();
  if (!binary) throw new Error("No redis-server or valkey-server on the PATH");
  const temporaryFolder =
    options.dataDir && !options.socket
      ? undefined
      : makeTemporaryFolder(options);
  const cleanUp = async () => {
    if (temporaryFolder)
      await rm(temporaryFolder, { recursive: true, force: true });
  };
  const dataDir = options.dataDir ?? temporaryFolder ?? "";
  mkdirSync(dataDir, { recursive: true });
  const socket = options.socket
    ? join(temporaryFolder ?? "", "redis.sock")
    : undefined;
  const launch = (port: number, signal?: AbortSignal) =>
    launchServer(binary, {
      args: [
        ...(socket ? ["--unixsocket", socket, "--unixsocketperm", "700"] : []),
        ...serverArguments(port, dataDir, options),
        // Nobody reads the percentiles of each command: they cost it a fiftieth of its time.
        ...(binary.major >= 7 ? ["--latency-tracking", "no"] : []),
      ],
      temporaryFolder,
      ...(signal ? { signal } : {}),
    });
  const scheme = options.tls ? "rediss" : "redis";
  try {
    const first = socket
      ? { server: await launch(0), port: 0 }
      : await launchOnFreePort(launch);
    return control(first, dataDir, {
      url: socket ? socketUrl(socket) : `${scheme}://127.0.0.1:${first.port}`,
      launch: (signal) => launch(first.port, signal),
      cleanUp,
    });
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

function makeTemporaryFolder({ socket }: PrivateRedisOptions): string {
  const name = "openrouter-free-pool-redis-";
  const usual = tmpdir();
  const isUsable = !socket || canHaveSocket(usual, name);
  return mkdtempSync(join(isUsable ? usual : "/tmp", name));
}

type LaunchedServer = { server: ServerProcess; port: number };

async function launchOnFreePort(
  launch: (port: number) => Promise<ServerProcess>,
): Promise<LaunchedServer> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort();
    try {
      return { server: await launch(port), port };
    } catch (error) {
      // Another process may have taken the port since it was found free.
      if (attempt === startAttempts) throw error;
    }
  }
}

function control(
  { server: first, port }: LaunchedServer,
  dataDir: string,
  {
    url,
    launch,
    cleanUp,
  }: {
    url: string;
    launch: (signal: AbortSignal) => Promise<ServerProcess>;
    cleanUp: () => Promise<void>;
  },
): PrivateRedis {
  let server = first;
  let launching: Promise<ServerProcess> | undefined;
  const stopping = new AbortController();
  return {
    url,
    port,
    dataDir,
    pid: () => server.pid,
    untilEnded: () => server.ended,
    restart: async () => {
      await server.end("SIGTERM");
      stopping.signal.throwIfAborted();
      launching = launch(stopping.signal);
      server = await launching;
    },
    kill: () => server.end("SIGKILL"),
    pause: () => server.send("SIGSTOP"),
    resume: () => server.send("SIGCONT"),
    stop: async () => {
      stopping.abort();
      const latest = await launching?.catch(() => undefined);
      await (latest ?? server).end("SIGTERM");
      await cleanUp();
    },
  };
}

function serverArguments(
  port: number,
  dataDir: string,
  options: PrivateRedisOptions,
): string[] {
  return [
    ...listenSettings(port, options.tls).flatMap(([name, value]) => [
      `--${name}`,
      value,
    ]),
    ...["--bind", "127.0.0.1", "--protected-mode", "yes"],
    ...["--dir", dataDir, "--save", "", "--daemonize", "no", "--logfile", ""],
    ...[
      "--appendonly",
      options.appendonly ? "yes" : "no",
      "--appendfsync",
      options.appendfsync ?? "everysec",
    ],
    // Never evict: the data are queued requests and counts of use.
    ...["--maxmemory-policy", "noeviction"],
    ...(options.args ?? []),
  ];
}

/** The settings of a server or a Sentinel that listens on a port, with TLS or without. */
export function listenSettings(
  port: number,
  tls: TlsFiles | undefined,
): (readonly [name: string, value: string])[] {
  if (!tls) return [["port", String(port)]];
  return [
    ["port", "0"],
    ["tls-port", String(port)],
    ["tls-cert-file", tls.certificate],
    ["tls-key-file", tls.key],
    ["tls-ca-cert-file", tls.certificate],
    ["tls-auth-clients", "no"],
    ["tls-replication", "yes"],
  ];
}
