import type { RequestHandler } from "express";
import helmet from "helmet";

/**
 * What a browser may do on these pages: run and show what comes from the gateway, and nothing else.
 * Inline scripts are never allowed.
 *
 * @param styles digests of inline styles that are allowed nevertheless.
 */
export function securityHeaders(styles: readonly string[] = []) {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'", ...styles.map((digest) => `'${digest}'`)],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'self'"],
        "frame-ancestors": ["'none'"],
      },
    },
    referrerPolicy: { policy: "same-origin" },
    xFrameOptions: { action: "deny" },
    // The server that terminates TLS in front of us decides this.
    strictTransportSecurity: false,
  });
}

/** Keeps pages out of caches, including that of a shared browser. */
export const neverStored: RequestHandler = (_request, response, next) => {
  response.set("Cache-Control", "no-store");
  next();
};
