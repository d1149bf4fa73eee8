import { isIPv6 } from "node:net";
import type { Request } from "express";
import type { Logger } from "pino";
import { areSame, type Credentials } from "./credentials.ts";
import type { KnownBrowsers } from "./known-browsers.ts";
import type { LoginLimit } from "./login-limit.ts";

/** Result of a try: right, wrong, or not checked for `waitMs` because there were too many. */
type PasswordCheck =
  | { readonly outcome: "right" }
  | { readonly outcome: "wrong" }
  | { readonly outcome: "locked"; readonly waitMs: number };

/** Checks a name and password that came with a request, and counts the tries. */
export type CheckPassword = (
  request: Request,
  given: Credentials,
) => Promise<PasswordCheck>;

/** Builds {@link CheckPassword}. */
export function createCheckPassword(deps: {
  credentials: Credentials;
  loginLimit: LoginLimit;
  knownBrowsers: KnownBrowsers;
  logger: Logger;
}): CheckPassword {
  const { credentials, loginLimit, knownBrowsers, logger } = deps;
  return async (request, given) => {
    const browser = knownBrowsers.read(request);
    const address = request.ip ?? "";
    const who = browser ? `browser ${browser}` : networkOf(address);
    // Of many tries at once those that come after too many wrong ones are locked out, a right one, too.
    const isRight = areSame(given, credentials);
    const waitMs = await (isRight
      ? loginLimit.acceptRight(who)
      : loginLimit.countWrong(who));
    if (waitMs > 0) return { outcome: "locked", waitMs };
    if (isRight) return { outcome: "right" };
    logger.warn({ address }, "Wrong password for the admin pages");
    return { outcome: "wrong" };
  };
}

/** The holder of one IPv6 address has the 2^64 of its network, too. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.startsWith("::ffff:")) return address;
  const url = new URL(`http://[${address.replace(/%.*/, "")}]`);
  const [head = "", tail] = url.hostname.slice(1, -1).split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array(Math.max(0, 8 - left.length - right.length)).fill("0");
  return `${[...left, ...zeros, ...right].slice(0, 4).join(":")}::/64`;
}
