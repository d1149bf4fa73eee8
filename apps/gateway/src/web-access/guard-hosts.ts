import { isIP } from "node:net";
import type { RequestHandler } from "express";
import { GatewayError } from "../errors/gateway-error.ts";
import { isLoopback } from "./is-loopback.ts";
import type { WebAccess } from "./web-access.ts";

/**
 * Refuses requests to a host name that is not ours. A web page can let its own name resolve to this
 * machine (DNS rebinding), and its requests then count as same-origin; only the Host header shows
 * it. With client keys this check is unnecessary.
 */
export function guardHosts(access: WebAccess): RequestHandler {
  const { listensLocally, allowedHosts } = access;
  const isGuarded =
    (listensLocally || allowedHosts.length > 0) && !allowedHosts.includes("*");
  const isServed = (host: string) =>
    isLoopback(host) ||
    allowedHosts.some((allowed) => isMatch(host, allowed)) ||
    // An address cannot be made to resolve to another machine, a name can.
    (!listensLocally && isAddress(host));
  /** The latest header that was let pass: nearly all requests have the same. */
  let passed: string | undefined;
  return (request, _response, next) => {
    if (!isGuarded || !access.isKeyless()) return next();
    const header = request.headers.host ?? "";
    if (header === passed) return next();
    const host = hostNameOf(header);
    if (isServed(host)) {
      passed = header;
      return next();
    }
    throw new GatewayError(
      "foreign-host",
      `Without client keys, requests to the host ${JSON.stringify(host)} are not served; add it to ALLOWED_HOSTS if it is yours`,
    );
  };
}

/** The host of a Host header, in lower case and without the port. */
function hostNameOf(header: string): string {
  return header.toLowerCase().replace(/:\d*$/, "").replace(/\.$/, "");
}

function isMatch(host: string, allowed: string): boolean {
  return allowed.startsWith("*.")
    ? host.endsWith(allowed.slice(1))
    : host === allowed;
}

function isAddress(host: string): boolean {
  return isIP(host.replace(/^\[(.*)\]$/, "$1")) !== 0;
}
