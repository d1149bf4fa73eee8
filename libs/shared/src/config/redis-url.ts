/** The address of Redis with the password from its file, which wins over one in the URL. */
export function readRedisUrl(config: {
  readonly REDIS_URL: string;
  readonly REDIS_PASSWORD_FILE?: string | undefined;
}): string {
  if (config.REDIS_PASSWORD_FILE === undefined) return config.REDIS_URL;
  const url = new URL(config.REDIS_URL);
  url.password = encodeURIComponent(config.REDIS_PASSWORD_FILE);
  return url.href;
}
