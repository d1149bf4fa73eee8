import type { Request } from "express";
import { isOwnOrigin } from "../../web-access/is-own-origin.ts";

/**
 * Whether a request that changes something was sent by a page of ours. Browsers
 * tell where a request comes from; a program that tells nothing is not a browser
 * and carries no session that it was not given.
 */
export function isSameOrigin(request: Request): boolean {
  const site = request.get("sec-fetch-site");
  if (site !== undefined) return site === "same-origin";
  const origin = request.get("origin");
  return origin === undefined || isOwnOrigin(origin, request);
}
