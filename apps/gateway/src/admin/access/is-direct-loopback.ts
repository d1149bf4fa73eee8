import { BlockList, isIPv6 } from "node:net";
import type { Request } from "express";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

const proxyHeader =
  /^(x-forwarded(-.*)?|forwarded|via|x-real-ip|x-client-ip|cf-.*|true-client-ip)$/;
const loopbackName = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/**
 * Whether a request comes from a program on this very machine: over the loopback
 * address, not handed on by a proxy, and asking for a loopback name (else a
 * foreign web page could reach us under a name of its own that points here).
 */
export function isDirectLoopback(request: Request): boolean {
  const address = (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
  return (
    loopback.check(address, isIPv6(address) ? "ipv6" : "ipv4") &&
    loopbackName.test(request.get("host") ?? "") &&
    !Object.keys(request.headers).some((name) => proxyHeader.test(name))
  );
}
