import { readFile } from "node:fs/promises";
import { Redis } from "ioredis";
import type { TlsFiles } from "./redis.ts";

/** How a server of a test's own is spoken to. */
export type ServerAccess = { password?: string; tls?: { ca: Buffer } };

/** What it takes for servers with this password and certificate. */
export async function readServerAccess(
  password: string | undefined,
  tls: TlsFiles | undefined,
): Promise<ServerAccess> {
  return {
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: { ca: await readFile(tls.certificate) } } : {}),
  };
}

/** Asks a server on 127.0.0.1 something, on a connection of its own. */
export async function askRedis<T>(
  port: number,
  access: ServerAccess,
  question: (redis: Redis) => Promise<T>,
): Promise<T> {
  const redis = new Redis({ port, host: "127.0.0.1", ...access });
  redis.on("error", () => undefined);
  try {
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}
