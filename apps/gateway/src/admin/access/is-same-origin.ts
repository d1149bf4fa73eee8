import type { Request } from "express";

/**
 * Whether a request that changes something was sent by a page of ours. Browsers
 * tell where a request comes from; a program that tells nothing is not a browser
 * and carries no session that it was not given.
 */
export function isSameOrigin(request: Request): boolean {
  const site = request.get("sec-fetch-site");
  if (site !== undefined) return site === "same-origin";
  const origin = request.get("origin");
  if (origin === undefined) return true;
  // The second is what a trusted proxy says that the browser asked for.
  const hosts = [request.get("host"), request.host];
  return URL.canParse(origin) && hosts.includes(new URL(origin).host);
}
