import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RequestHandler } from "express";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { RedisHealth } from "../../redis/redis-health.ts";
import { type CheckPassword, createCheckPassword } from "./check-password.ts";
import type { Credentials } from "./credentials.ts";
import { KnownBrowsers } from "./known-browsers.ts";
import { createLoginLimit } from "./login-limit.ts";
import { refuseOtherSites } from "./refuse-other-sites.ts";
import { requireLink, requirePassword } from "./require-access.ts";
import { routeLogin, routeLogout } from "./route-login.ts";
import { routeSignIn } from "./route-sign-in.ts";
import { type AccessKey, createAccessKey } from "./sessions/access-key.ts";
import { Sessions, sessionLifeMs } from "./sessions/sessions.ts";
import { linkLifeMs, SignInLink } from "./sessions/sign-in-link.ts";
import { Tickets } from "./sessions/tickets.ts";

type Deps = {
  username: string;
  password: string | undefined;
  redis: Redis;
  redisKeys: RedisKeys;
  redisHealth: RedisHealth;
  logger: Logger;
};

/** What protects all pages. */
type PageGuard = {
  readonly sessions: Sessions;
  /** undefined when no password is set. */
  readonly checkPassword: CheckPassword | undefined;
  readonly handlers: readonly RequestHandler[];
  /** When no password is set, shows the link that opens the pages. */
  announce(address: { host: string; port: number }): Promise<void>;
};

/** Builds the guard and the way to sign in: with a password if one is set, else by a link. */
export function guardPages(deps: Deps): PageGuard {
  const { username, password } = deps;
  const accessKey = createAccessKey(password);
  const tickets = new Tickets({
    ...deps,
    accessKey,
    redisKey: deps.redisKeys.adminSession,
    lifeMs: sessionLifeMs,
  });
  const sessions = new Sessions({ tickets, accessKey });
  return password === undefined
    ? guardByLink(deps, sessions, accessKey)
    : guardByPassword(deps, sessions, accessKey, { username, password });
}

function guardByPassword(
  deps: Deps,
  sessions: Sessions,
  accessKey: AccessKey,
  credentials: Credentials,
): PageGuard {
  const knownBrowsers = new KnownBrowsers(accessKey);
  const checkPassword = createCheckPassword({
    credentials,
    loginLimit: createLoginLimit(deps),
    knownBrowsers,
    logger: deps.logger,
  });
  return {
    sessions,
    checkPassword,
    handlers: [
      refuseOtherSites,
      routeLogin({ checkPassword, knownBrowsers, sessions }),
      routeLogout(sessions, "/admin/login"),
      requirePassword({ sessions, checkPassword }),
    ],
    announce: async () => undefined,
  };
}

function guardByLink(
  deps: Deps,
  sessions: Sessions,
  accessKey: AccessKey,
): PageGuard {
  const tickets = new Tickets({
    ...deps,
    accessKey,
    redisKey: deps.redisKeys.signInLink,
    lifeMs: linkLifeMs,
  });
  const signInLink = new SignInLink({ tickets, logger: deps.logger });
  return {
    sessions,
    checkPassword: undefined,
    handlers: [
      refuseOtherSites,
      routeSignIn({ sessions, signInLink }),
      routeLogout(sessions, "/admin"),
      requireLink({ sessions, signInLink }),
    ],
    announce: (address) => signInLink.announce(address),
  };
}
