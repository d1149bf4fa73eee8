import type { RequestHandler } from "express";
import helmet from "helmet";

/**
 * What a browser may do on these pages: run and show what comes from us, and
 * nothing else. No inline script is allowed anywhere.
 *
 * @param styles digests of the inline styles that are allowed all the same.
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
    // What offers TLS in front of us decides about this.
    strictTransportSecurity: false,
  });
}

/** Keeps pages out of caches, also that of a browser somebody else may use. */
export const neverStored: RequestHandler = (_request, response, next) => {
  response.set("Cache-Control", "no-store");
  next();
};
