import type { Request } from "express";
import { isOwnOrigin } from "../../web-access/is-own-origin.ts";

/**
 * Whether a request that changes something was sent by one of our own pages. Browsers state where a
 * request comes from; a program that does not is no browser, and has no session unless it was given
 * one.
 */
export function isSameOrigin(request: Request): boolean {
  const site = request.get("sec-fetch-site");
  if (site !== undefined) return site === "same-origin";
  const origin = request.get("origin");
  return origin === undefined || isOwnOrigin(origin, request);
}
