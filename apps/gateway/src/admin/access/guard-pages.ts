import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RequestHandler } from "express";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { createLoginLimit } from "./login-limit.ts";
import { requireAccess } from "./require-access.ts";
import { routeLogin } from "./route-login.ts";
import type { Sessions } from "./sessions.ts";

/** What stands in front of all pages: the log-in, where there is a password, and the gate. */
export function guardPages(deps: {
  username: string;
  password: string | undefined;
  sessions: Sessions;
  redis: Redis;
  redisKeys: RedisKeys;
  logger: Logger;
}): RequestHandler[] {
  const { username, password, sessions } = deps;
  if (password === undefined) {
    return [requireAccess({ sessions, hasPassword: false })];
  }
  const credentials = { username, password };
  const loginLimit = createLoginLimit(deps);
  return [
    routeLogin({ ...deps, credentials, loginLimit }),
    requireAccess({ sessions, hasPassword: true }),
  ];
}
