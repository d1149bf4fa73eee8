import type { RequestHandler } from "express";

/**
 * While the process stops it still serves what comes over open connections, and
 * asks to have each of them closed: a client's next request goes elsewhere.
 */
export function closeWhenStopping(isStopping: () => boolean): RequestHandler {
  return (_request, response, next) => {
    if (isStopping()) response.set("Connection", "close");
    next();
  };
}
