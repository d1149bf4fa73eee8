/** Where Redis is, as ioredis takes it. */
export type RedisAddress = {
  /** A `redis:` or `rediss:` URL, or the path of a socket with options behind a `?`. */
  readonly url: string;
  /** For a socket; a URL holds its own. */
  readonly username?: string;
  readonly password?: string;
};

/** The address of Redis, with the password from its file, which wins over one in the URL. */
export function readRedisAddress(config: {
  readonly REDIS_URL: string;
  readonly REDIS_PASSWORD_FILE?: string | undefined;
}): RedisAddress {
  const { REDIS_URL: given, REDIS_PASSWORD_FILE: password } = config;
  const url = new URL(given);
  // A URL without a host cannot hold a password.
  if (url.protocol === "unix:") return readSocket(url, password);
  if (password === undefined) return { url: given };
  url.password = encodeURIComponent(password);
  return { url: url.href };
}

function readSocket(url: URL, givenPassword: string | undefined): RedisAddress {
  const username = decodeURIComponent(url.username);
  const password = givenPassword ?? decodeURIComponent(url.password);
  return {
    url: decodeURIComponent(url.pathname) + url.search,
    ...(username === "" ? {} : { username }),
    ...(password === "" ? {} : { password }),
  };
}
