import type { Request } from "express";

/** Whether an Origin header names the host of the request. */
export function isOwnOrigin(origin: string, request: Request): boolean {
  // The second one is the host that the browser used, according to a trusted proxy.
  const hosts = [request.get("host"), request.host];
  return URL.canParse(origin) && hosts.includes(new URL(origin).host);
}
