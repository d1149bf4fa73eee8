import { lookup as resolve } from "node:dns";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { Agent, buildConnector } from "undici";

/** A private address was to be called, directly or by a name. */
export class PrivateAddressError extends Error {
  override name = "PrivateAddressError";

  constructor() {
    super("The address is not public");
  }
}

/** Whether an IP address, in any notation, is one of the public internet. */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== "unicast") return false;
  // Other ranges include obsolete forms of IPv4 addresses, such as ::10.0.0.1.
  return parsed.kind() === "ipv4" || parsed.match(globalUnicast, 3);
}

const globalUnicast = ipaddr.parse("2000::");

/**
 * Connects to public addresses only: addresses are checked before anything is sent, names when they
 * are resolved, and the connected address once more. It follows no redirects, and uses no proxy.
 */
export function createPublicAgent(): Agent {
  const connect = buildConnector({ lookup: lookupPublic, timeout: 10_000 });
  return new Agent({
    connect(options, done) {
      const host = options.hostname.replace(/^\[|\]$/g, "");
      if (ipaddr.isValid(host) && !isPublic(host)) {
        done(new PrivateAddressError(), null);
        return;
      }
      connect(options, (...[error, socket]) => {
        if (error || !socket) {
          done(error ?? new PrivateAddressError(), null);
        } else if (isPublic(socket.remoteAddress ?? "")) done(null, socket);
        else {
          socket.destroy();
          done(new PrivateAddressError(), null);
        }
      });
    },
  });
}

const lookupPublic: LookupFunction = (name, options, done) => {
  resolve(name, { ...options, all: true }, (error, found) => {
    if (error) return done(error, "", 0);
    const usable = found.filter(({ address }) => isPublic(address));
    const [first] = usable;
    // A name that also resolves to a private address is not trusted.
    if (!first || usable.length < found.length) {
      return done(new PrivateAddressError(), "", 0);
    }
    if (options.all) return done(null, usable);
    done(null, first.address, first.family);
  });
};
