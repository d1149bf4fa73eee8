import type { Request, RequestHandler } from "express";
import { GatewayError } from "../../errors/gateway-error.ts";
import { foreignOrigin } from "../../web-access/guard-origins.ts";
import { readBasicCredentials } from "./basic-credentials.ts";
import type { CheckPassword } from "./check-password.ts";
import { isSameOrigin } from "./is-same-origin.ts";

/**
 * Lets through programs that send the operator's name and password with HTTP Basic.
 *
 * @param checkPassword undefined when no password is set: then nobody gets through.
 */
export function requireAdmin(
  checkPassword: CheckPassword | undefined,
): RequestHandler {
  return async (request, _response, next) => {
    // Browsers add Basic credentials by themselves, also to requests of another site's page.
    const isReading = request.method === "GET" || request.method === "HEAD";
    if (!isReading && !isSameOrigin(request)) throw foreignOrigin();
    if (!checkPassword) {
      throw new GatewayError(
        "no-admin-password",
        "Set ADMIN_PASSWORD to do this by program; the admin pages open with the sign-in link of the log",
      );
    }
    const given = readBasicCredentials(request);
    if (!given)
      throw wrongPassword(
        "The operator's name and password are required: HTTP Basic",
      );
    const check = await checkPassword(request, given);
    if (check.outcome === "right") return next();
    if (check.outcome === "wrong") {
      throw wrongPassword("That user name and password do not belong together");
    }
    throw new GatewayError(
      "too-many-passwords",
      "Too many wrong passwords from this address",
      { retryAfterMs: check.waitMs },
    );
  };
}

/** Whether a request has the credentials of an operator instead of a client's key. */
export function hasBasicCredentials(request: Request): boolean {
  return readBasicCredentials(request) !== undefined;
}

function wrongPassword(message: string): GatewayError {
  return new GatewayError("wrong-password", message, {
    headers: { "WWW-Authenticate": 'Basic realm="openrouter-free-pool"' },
  });
}
