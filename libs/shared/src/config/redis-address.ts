import type { HostAndPort } from "./host-list.ts";

/** One server, as ioredis takes it. */
type RedisServer = {
  /** A `redis:` or `rediss:` URL, or the path of a socket with options behind a `?`. */
  readonly url: string;
  /** For a socket; a URL has its own. */
  readonly username?: string;
  readonly password?: string;
};

/** A primary with replicas; Sentinels know which server is the primary. */
export type SentinelGroup = {
  readonly sentinels: readonly HostAndPort[];
  /** The Sentinels' name for the primary. */
  readonly name: string;
  readonly sentinelPassword?: string;
  readonly username?: string;
  readonly password?: string;
  /** For Sentinels and servers alike. */
  readonly usesTls: boolean;
};

/** A Cluster; one of its primaries holds the pool. */
export type ClusterAddress = {
  /** Some of its nodes, which name the others. */
  readonly nodes: readonly HostAndPort[];
  /** Determines the hash slot of all keys. */
  readonly hashTag: string;
  readonly username?: string;
  readonly password?: string;
  readonly usesTls: boolean;
};

/** The address of Redis, in one of three forms. */
export type RedisAddress = RedisServer | SentinelGroup | ClusterAddress;

/** The variables of an address, parsed. */
type AddressConfig = {
  readonly REDIS_URL: string;
  readonly REDIS_PASSWORD_FILE?: string | undefined;
  readonly REDIS_SENTINELS?: readonly HostAndPort[] | undefined;
  readonly REDIS_SENTINEL_NAME?: string;
  readonly REDIS_SENTINEL_PASSWORD_FILE?: string | undefined;
  readonly REDIS_CLUSTER?: readonly HostAndPort[] | undefined;
  /** Only for a Cluster. */
  readonly REDIS_PREFIX?: string;
  readonly REDIS_USERNAME?: string | undefined;
  readonly REDIS_TLS?: boolean;
};

/** The address of Redis, with the password from its file, which takes precedence over one in the URL. */
export function readRedisAddress(config: AddressConfig): RedisAddress {
  const { REDIS_SENTINELS: sentinels, REDIS_CLUSTER: nodes } = config;
  if (sentinels !== undefined) return readSentinels(sentinels, config);
  if (nodes !== undefined) return readCluster(nodes, config);
  return readServer(config);
}

function readServer(config: AddressConfig): RedisServer {
  const { REDIS_URL: given, REDIS_PASSWORD_FILE: password } = config;
  const url = new URL(given);
  // A URL without a host cannot contain a password.
  if (url.protocol === "unix:") return readSocket(url, password);
  if (password === undefined) return { url: given };
  url.password = encodeURIComponent(password);
  return { url: url.href };
}

function readSocket(url: URL, givenPassword: string | undefined): RedisServer {
  const username = decodeURIComponent(url.username);
  const password = givenPassword ?? decodeURIComponent(url.password);
  return {
    url: decodeURIComponent(url.pathname) + url.search,
    ...(username === "" ? {} : { username }),
    ...(password === "" ? {} : { password }),
  };
}

function readSentinels(
  sentinels: readonly HostAndPort[],
  config: AddressConfig,
): SentinelGroup {
  const { REDIS_SENTINEL_PASSWORD_FILE: sentinelPassword } = config;
  return {
    sentinels,
    name: config.REDIS_SENTINEL_NAME ?? "mymaster",
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    ...readAccess(config),
  };
}

function readCluster(
  nodes: readonly HostAndPort[],
  config: AddressConfig,
): ClusterAddress {
  const { REDIS_PREFIX: hashTag = "" } = config;
  return { nodes, hashTag, ...readAccess(config) };
}

/** How the servers of a list are accessed. */
function readAccess(config: AddressConfig) {
  const { REDIS_USERNAME: username, REDIS_PASSWORD_FILE: password } = config;
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    usesTls: config.REDIS_TLS ?? false,
  };
}
