import type { Request } from "express";

/** Whether an Origin header names the host that was asked. */
export function isOwnOrigin(origin: string, request: Request): boolean {
  // The second is what a trusted proxy says that the browser asked for.
  const hosts = [request.get("host"), request.host];
  return URL.canParse(origin) && hosts.includes(new URL(origin).host);
}
