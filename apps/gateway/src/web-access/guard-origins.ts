import type { Request, RequestHandler } from "express";
import { GatewayError } from "../errors/gateway-error.ts";
import { isOwnOrigin } from "./is-own-origin.ts";
import { isAllowedOrigin, type WebAccess } from "./web-access.ts";

/**
 * Refuses requests that web pages of other origins send, unless CORS_ORIGINS names
 * them: without client keys any page that a person visits could use the pool. A
 * program that is not a browser sends neither header.
 */
export function guardOrigins(access: WebAccess): RequestHandler {
  return (request, _response, next) => {
    if (access.isKeyless() && isForeign(request, access)) throw foreignOrigin();
    next();
  };
}

/** The error for a page of another origin. */
export function foreignOrigin(): GatewayError {
  return new GatewayError(
    "foreign-origin",
    "A web page of another origin sent this request; CORS_ORIGINS names the origins that may",
  );
}

function isForeign(request: Request, access: WebAccess): boolean {
  const origin = request.get("origin");
  if (isAllowedOrigin(origin, access)) return false;
  if (request.get("sec-fetch-site") === "cross-site") return true;
  return origin !== undefined && !isOwnOrigin(origin, request);
}
